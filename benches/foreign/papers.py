"""Papers and forms of other states, and print in other languages."""

from __future__ import annotations

import random
from collections.abc import Callable

from drawing.sheet import Sheet

Maker = Callable[[random.Random, str], Sheet]

# title, state above it, labelled rows
FORMS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("CERTIFICATE OF LIVE BIRTH", "STATE OF EAST FALLS", (
        ("Child's name:", "Harriet Lowe"), ("Date of birth:", "14 March 2011"), ("Sex:", "Female"),
        ("Place of birth:", "Mercy Hospital"), ("Mother's name:", "Edith Lowe"), ("Father's name:", "Amos Lowe"))),
    ("ACTE DE NAISSANCE", "RÉPUBLIQUE DE BELLERIVE", (
        ("Nom:", "Moreau"), ("Prénoms:", "Élise Anne"), ("Date de naissance:", "3 mai 1998"),
        ("Lieu de naissance:", "Port-Vallon"), ("Nom du père:", "Luc Moreau"), ("Nom de la mère:", "Anne Petit"))),
    ("GEBURTSURKUNDE", "STANDESAMT NEUENFELD", (
        ("Name:", "Schäfer"), ("Vorname:", "Jürgen"), ("Geburtstag:", "12.07.1984"), ("Geburtsort:", "Neuenfeld"))),
    ("CERTIFICADO DE MATRIMONIO", "REGISTRO CIVIL", (
        ("Esposo:", "Julián Peña"), ("Esposa:", "Inés Muñoz"), ("Fecha:", "9 de junio de 2009"), ("Lugar:", "Villa"))),
    ("CERTIFICATE OF MARRIAGE", "COUNTY OF LONG MEADOW", (
        ("Husband:", "Peter Vane"), ("Wife:", "Nora Quill"), ("Registered:", "2 June 2014"), ("Number:", "114"))),
    ("PASSPORT", "UNITED ISLANDS", (
        ("Surname:", "OKAFOR"), ("Given names:", "ADA"), ("Nationality:", "ISLANDER"), ("Passport No.:", "X1234567"),
        ("", "P<UTOOKAFOR<<ADA<<<<<<<<<<<<<<<<<<<<<<<<<<<<"), ("", "X123456706UTO7408122F1204159<<<<<<<<<<<<<<06"))),
    ("IDENTITY CARD", "KINGDOM OF SELDOM", (
        ("Full name:", "Tomas Brandt"), ("Identity number:", "0010 9000 0019"), ("Date of birth:", "01/01/1990"),
        ("", "IDUTO0900000199001090000019<<0"))),
    ("CARTE NATIONALE D'IDENTITÉ", "RÉPUBLIQUE DE BELLERIVE", (
        ("Nom:", "Girard"), ("Prénom:", "Paul"), ("Sexe:", "M"), ("Né le:", "08.11.1979"))),
    ("DRIVING LICENCE", "UNITED ISLANDS", (
        ("1. Surname:", "Hale"), ("2. Names:", "Rosa"), ("3. Date of birth:", "05.09.91"), ("9. Classes:", "A B1 B"))),
    ("PERMIS DE CONDUIRE", "RÉPUBLIQUE DE BELLERIVE", (("1.", "Duval"), ("2.", "Claire"), ("9.", "B"))),
    ("BACHELOR OF SCIENCE", "THE UNIVERSITY OF NORTH HARBOUR", (
        ("This is to certify that:", "Mary Ellis"), ("Degree:", "Bachelor"), ("Year of graduation:", "2016"))),
    ("DIPLÔME DE LICENCE", "UNIVERSITÉ DE PORT-VALLON", (("Délivré à:", "Jean Leroy"), ("Mention:", "Bien"))),
    ("ACADEMIC TRANSCRIPT", "NORTH HARBOUR HIGH SCHOOL", (
        ("Student:", "Ann Marsh"), ("Mathematics:", "B+"), ("History:", "A"), ("Reading:", "B"), ("Writing:", "A-"))),
    ("CERTIFICATE OF INCORPORATION", "REGISTRAR OF COMPANIES", (
        ("Company name:", "Blue Kettle Ltd"), ("Company number:", "08812345"), ("Office:", "2 Quay Street"))),
    ("CERTIFICATE OF TITLE", "LAND REGISTRY OF EAST FALLS", (
        ("Registered owner:", "Iris Penn"), ("Lot:", "12"), ("Plan:", "884"), ("Area:", "512 m²"))),
    ("VEHICLE REGISTRATION CERTIFICATE", "MOTOR OFFICE", (
        ("Plate:", "KX 204 LM"), ("Make:", "Corvo"), ("Engine No:", "1NZ448121"), ("Chassis No:", "RLHJC432BY01204"))),
    ("CERTIFICATE OF EMPLOYMENT", "BLUE KETTLE LTD", (("Employee:", "Omar Day"), ("Since:", "April 2018"))),
    ("VACCINATION CARD", "MINISTRY OF HEALTH", (("Name:", "L. Stone"), ("Dose 1:", "4 May 2021"), ("Dose 2:", "June"))),
    ("DEATH CERTIFICATE", "STATE OF EAST FALLS", (("Name:", "Otto Reed"), ("Date of death:", "9 January 2003"))),
    ("POLICE CLEARANCE", "UNITED ISLANDS", (("Name:", "Ada Okafor"), ("Result:", "No record"))),
)  # fmt: skip

PROSE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Dear Mrs Field,", (
        "Thank you for your letter of last week. The parcel arrived on Thursday and nothing in it was broken.",
        "We shall be glad to see you in the autumn. Please bring the birth certificate and the household papers.",
        "With kind regards from all of us.")),
    ("HARBOUR BRIDGE TO CLOSE FOR REPAIRS", (
        "The harbour bridge will close for six weeks from Monday, the city council said on Friday. Traffic is to be "
        "led over the old crossing; buses will run every ten minutes in the morning.",
        "Shopkeepers on the quay fear for their trade. The council has promised to pay for lost earnings.")),
    ("DECISION OF THE BOARD", (
        "The board decides to accept the accounts of the past year and to thank the treasurer for her work.",
        "Article 1. The fee stays as it was. Article 2. This decision takes effect on the day of signing.")),
    ("Chère Madame,", (
        "Nous vous remercions de votre courrier du mois dernier et vous prions de trouver ci-joint les pièces.",
        "Veuillez agréer, Madame, l'expression de nos salutations distinguées.")),
    ("COMMERCIAL INVOICE", (
        "Sold to: Blue Kettle Ltd, 2 Quay Street. Terms: thirty days net. Origin of goods: Viet Nam.",
        "12 boxes of cashew nuts at 48.00; 4 bags of pepper at 112.50. Total 1,026.00.")),
    ("BOARDING PASS", ("Passenger ELLIS MARY. From HAN to SGN. Gate 14. Seat 22C. Boarding 07:45.",)),
    ("Test your reading", (
        "Reading and writing are skills for life. In this lesson you practise listening, speaking and overall fluency.",
        "Write a score between one and ten beside each picture, then compare it with your neighbour's.")),
    ("USER MANUAL", (
        "Open the lid and lay the paper face down on the glass. Close the lid. Press SCAN and wait for the tone.",
        "Keep the identity card and the passport flat; do not scan banknotes.")),
)  # fmt: skip


def _form(title: str, state: str, rows: tuple[tuple[str, str], ...]) -> Maker:
    def make(rng: random.Random, typeface: str) -> Sheet:
        s = Sheet(tint=(250, 249, 244), typeface=typeface)
        s.border(10, (60, 90, 120), (206, 216, 226))
        s.text(105, 34, state, 13, "bold", align="centre")
        s.text(105, 52, title, 20, "bold", fill=(40, 60, 110), align="centre")
        y = 76.0
        for label, value in rows:
            s.labelled(26, y, label, value, 186, pt=12, leaders=rng.random() < 0.4)
            y += 11
        s.seal(150, y + 34, state, [], rng, diameter=34, colour=(44, 60, 150))
        s.signature(60, y + 32, rng, width=30)
        s.text(46, y + 46, "Registrar", 11)
        return s

    return make


def _prose(title: str, paragraphs: tuple[str, ...]) -> Maker:
    def make(rng: random.Random, typeface: str) -> Sheet:
        s = Sheet(typeface=typeface)
        s.text(26, 34, title, rng.choice([13, 16]), "bold")
        y = 50.0
        for text in paragraphs * 2:
            y = s.paragraph(26, y, 158, text, 12) + 3
        return s

    return make


MAKERS: tuple[Maker, ...] = (*(_form(*form) for form in FORMS), *(_prose(*piece) for piece in PROSE))
