// Signs PDFs with EU DSS at level B: java -cp judge.jar Sign.java (IN OUT KEY.p8 CERTIFICATE.der ISSUER.der RSA|PSS|EC DIGEST)…

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;

public class Sign {
  static CertificateToken certificate(String path) throws Exception {
    return new CertificateToken((X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(path)))));
  }

  public static void main(String[] args) throws Exception {
    for (int at = 0; at < args.length; at += 7) sign(java.util.Arrays.copyOfRange(args, at, at + 7));
  }

  static void sign(String[] args) throws Exception {
    boolean pss = args[5].equals("PSS");
    String kind = args[5].equals("EC") ? "EC" : "RSA";
    PrivateKey key = KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(args[2]))));
    DigestAlgorithm digest = DigestAlgorithm.valueOf(args[6]);
    PAdESSignatureParameters parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
    parameters.setDigestAlgorithm(digest);
    parameters.setEncryptionAlgorithm(pss ? EncryptionAlgorithm.RSASSA_PSS : kind.equals("EC") ? EncryptionAlgorithm.ECDSA : EncryptionAlgorithm.RSA);
    parameters.setSigningCertificate(certificate(args[3]));
    parameters.setCertificateChain(certificate(args[3]), certificate(args[4]));
    PAdESService service = new PAdESService(new CommonCertificateVerifier(true));
    FileDocument document = new FileDocument(args[0]);
    ToBeSigned data = service.getDataToSign(document, parameters);
    Signature signature = Signature.getInstance(pss ? "RSASSA-PSS" : args[6] + "with" + (kind.equals("EC") ? "ECDSA" : "RSA"));
    if (pss) {
      String name = "SHA-" + args[6].substring(3);
      signature.setParameter(new PSSParameterSpec(name, "MGF1", new MGF1ParameterSpec(name), Integer.parseInt(args[6].substring(3)) / 8, 1));
    }
    signature.initSign(key);
    signature.update(data.getBytes());
    SignatureAlgorithm algorithm = SignatureAlgorithm.getAlgorithm(parameters.getEncryptionAlgorithm(), digest);
    service.signDocument(document, parameters, new SignatureValue(algorithm, signature.sign())).save(args[1]);
  }
}
