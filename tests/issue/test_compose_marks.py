"""Marks: they cover no ink, overlap nothing, and say what the law asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import itertools
import re
import subprocess

import numpy as np
import pikepdf
import pytest
import zxingcpp

from pyhncert import issue
from pyhncert.errors import UsageFault
from pyhncert.issue._draw import Cases
from pyhncert.issue._layout import lay_out
from pyhncert.issue._wording import wording

DAY = dt.date(2026, 11, 23)
PAPERS = {
    "half empty": {"text": (30, 150)},
    "full": {"text": (30, 270)},
    "ink to every edge": {"text": (10, 10), "edge": True},
    "card": {"width": 85.6, "height": 54, "text": (8, 48), "dpi": 300},
    "slip": {"width": 40, "height": 60, "text": (8, 50)},
    "A3": {"width": 420, "height": 297, "text": (20, 280), "dpi": 100},
}


@pytest.fixture(params=PAPERS, scope="module")
def record(request, paper):
    return issue.encode_page(paper(**PAPERS[request.param])), paper(**PAPERS[request.param])


@pytest.mark.parametrize("profile", ["certified", "sao_y"])
def test_no_mark_covers_ink(record, act_of, composed, render, ink, profile):
    kept, page = record
    pdf = composed(act_of([kept]), profile=profile)
    with_marks, bare = render(pdf, page.dpi), render(pdf, page.dpi, marks=False)
    height, width = page.image.shape[:2]
    all_marks = np.abs(with_marks.astype(int) - bare).max(axis=2) > 6
    head = round(head_pt(pdf) / 72 * page.dpi)
    marked = all_marks[head:][:height, :width]
    covered = marked & ink(page.image, page.dpi)[: marked.shape[0], : marked.shape[1]]
    assert not covered[2 if head else 0 :].any(), "a page begins between two pixels where a strip lies above it"
    assert all_marks.any(), "the page bears no mark at all"


def placed(pdf):
    """Width and height of page 1, and the matrix of its picture, in points."""
    with pikepdf.open(io.BytesIO(pdf)) as held:
        page = held.pages[0]
        matrix = [float(v) for v in page.Contents.read_bytes().split(b" cm ")[0].split()[1:]]
        return float(page.MediaBox[2]), float(page.MediaBox[3]), matrix


def head_pt(pdf):
    """The height of the strip above page 1."""
    _, height, matrix = placed(pdf)
    return height - matrix[3] - matrix[5]


@pytest.mark.parametrize("profile", ["certified", "sao_y"])
def test_the_original_is_shown_whole_at_full_scale(record, act_of, composed, profile):
    kept, page = record
    width, height, matrix = placed(composed(act_of([kept]), profile=profile))
    assert matrix[0] == pytest.approx(page.image.shape[1] / page.dpi * 72, abs=0.01) == pytest.approx(width, abs=0.01)
    assert matrix[3] == pytest.approx(page.image.shape[0] / page.dpi * 72, abs=0.01)
    assert (matrix[1], matrix[2], matrix[4]) == (0, 0, 0)
    assert matrix[5] >= 0 and matrix[3] + matrix[5] <= height + 0.01
    if profile == "certified":
        assert matrix[3] + matrix[5] == pytest.approx(height, abs=0.01)


@pytest.mark.parametrize("profile", ["certified", "sao_y"])
@pytest.mark.parametrize("trial", [True, False])
def test_nothing_drawn_overlaps_or_leaves_the_page(record, act_of, font, profile, trial):
    act = act_of(
        [record[0]],
        trial=trial,
        office="Ủy ban nhân dân phường có một cái tên rất dài để thử việc xuống dòng, thành phố Hà Nội",
        title="QUYẾT ĐỊNH VỀ VIỆC PHÊ DUYỆT KẾ HOẠCH " * 12,
        officer_name="Tôn Nữ Công Huyền Nguyễn Phước Thị Thử Nghiệm",
        officer_title="Phó Chủ tịch Ủy ban nhân dân kiêm Trưởng phòng Tư pháp",
        number=123456,
    )
    url = "https://chungthuc.mot-ten-mien-rat-dai.example.gov.vn/tra-cuu"
    for sheet in lay_out(act, wording(profile, DAY), Cases(font), url, {}):
        boxes = sheet.canvas.boxes
        for box in boxes:
            assert 0 <= box.left < box.right <= sheet.width, box
            assert 0 <= box.top < box.bottom <= sheet.height, box
        for one, other in itertools.combinations(boxes, 2):
            assert not one.overlaps(other), (one, other)


def test_a_page_with_room_bears_the_certification_itself(paper, act_of, composed):
    record = issue.encode_page(paper(text=(30, 150)))
    assert page_count(composed(act_of([record]))) == 1


def test_a_full_page_gets_an_appended_page(paper, act_of, composed):
    record = issue.encode_page(paper(text=(30, 270)))
    pdf = composed(act_of([record]))
    assert page_count(pdf) == 2
    with pikepdf.open(io.BytesIO(pdf)) as held:
        assert [float(v) for v in held.pages[1].MediaBox] == pytest.approx([0, 0, 595.276, 841.89])


def test_a_page_without_a_free_edge_gets_a_strip_and_keeps_its_size(paper, act_of, composed):
    record = issue.encode_page(paper(text=(10, 10), edge=True))
    with pikepdf.open(io.BytesIO(composed(act_of([record])))) as pdf:
        height = float(pdf.pages[0].MediaBox[3])
    assert 841.9 + 15 < height < 841.9 + 40


def page_count(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as held:
        return len(held.pages)


@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("text", [(30, 150), (30, 270)])
def test_the_qr_reads_back_from_the_page(paper, act_of, composed, render, dpi, text):
    act = act_of([issue.encode_page(paper(text=text))])
    pdf = composed(act)
    found = zxingcpp.read_barcodes(render(pdf, dpi, page_count(pdf)), formats=zxingcpp.BarcodeFormat.QRCode)
    payload = issue.read_payload(found[0].text)
    digest = issue.content_digest([act.scans[0].sha256], issue.act_json(act))
    assert (payload.code, payload.key_id, payload.digest_start) == (act.code, act.qr_key_id, digest[:16])
    assert payload.signature == hashlib.sha512(payload.signed).digest()


def text_of(pdf, command, *options):
    call = [command("pdftotext"), *options, "-", "-"]
    return " ".join(
        subprocess.run(call, input=pdf, check=True, capture_output=True, text=False).stdout.decode().split()
    )


@pytest.mark.parametrize("text", [(30, 150), (30, 270)])
def test_the_face_says_what_the_law_asks(paper, act_of, composed, command, text):
    seen = text_of(composed(act_of([issue.encode_page(paper(text=text))], trial=False)), command, "-raw")
    for words in (
        "BẢN SAO",
        "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
        "Số chứng thực: 01",
        "Quyển số: 01/2026-SCT/BS",
        "Ngày 23 tháng 11 năm 2026",
        "Người thực hiện chứng thực",
        "PHÓ CHỦ TỊCH",
        "Nguyễn Thị Thử Nghiệm",
        "chuyển đổi từ văn bản giấy",
        "10:15:03",
        "7K3MX-9PQR2-TWA4C",
        "https://chungthuc.example.gov.vn/v",
    ):
        assert words in seen, words
    assert "THỬ NGHIỆM -" not in seen and "TRIAL" not in seen


def test_every_page_of_a_trial_office_says_so(paper, act_of, composed, command):
    pages = [issue.encode_page(paper(text=(30, 270))), issue.encode_page(paper(text=(10, 10), edge=True))]
    pages[1] = type(pages[1])(**{n: getattr(pages[1], n) for n in pages[1].__slots__} | {"number": 2})
    pdf = composed(act_of(pages))
    assert page_count(pdf) == 3
    for page in (1, 2, 3):
        seen = text_of(pdf, command, "-f", str(page), "-l", str(page))
        assert "BẢN THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ / TRIAL - NO LEGAL VALUE" in seen
        assert f"Trang {page}/3" in seen and "BẢN SAO" in seen


@pytest.mark.parametrize("name", PAPERS)
def test_the_other_profile_stands_at_the_top_right_of_every_page_without_pictures(
    paper, act_of, composed, command, name
):
    pdf = composed(act_of([issue.encode_page(paper(**PAPERS[name]))]), profile="sao_y")
    assert "23/11/2026; 10:15:03; +07:00" in text_of(pdf, command, "-l", "1", "-raw")
    assert "CON DẤU" not in text_of(pdf, command) and "Hình chữ ký" not in text_of(pdf, command)
    box = subprocess.run(
        [command("pdftotext"), "-bbox", "-l", "1", "-", "-"], input=pdf, check=True, capture_output=True
    ).stdout.decode()
    words = [(m[5], [float(m[i]) for i in range(1, 5)]) for m in re.finditer(WORD, box)]
    width, height, _ = placed(pdf)
    _, top, right, bottom = next(box for word, box in words if word == "Y")
    assert bottom < 0.4 * height and right > width - 60, "not at the top right"
    assert bottom - top == pytest.approx(10 * 1.4, abs=2), "10 pt"


WORD = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<'


def test_a_page_too_small_for_words_still_gives_a_copy(paper, act_of, composed):
    assert page_count(composed(act_of([issue.encode_page(paper(5, 4, dpi=1200, text=(1, 3)))]))) == 2


def test_letters_that_no_font_here_draws_do_not_stop_a_copy(paper, act_of, composed, command):
    act = act_of([issue.encode_page(paper())], officer_name="Hồ 漢 \u0000Văn", title="e\u0302\u0301 \x07")
    seen = text_of(composed(act), command, "-raw", "-f", "2")
    assert "Hồ ? ?Văn" in seen and "ế" in seen


def test_an_unknown_profile_or_one_not_yet_valid_is_refused(paper, act_of, composed):
    record = issue.encode_page(paper(50, 40))
    with pytest.raises(UsageFault, match="no wording"):
        composed(act_of([record]), profile="notarised")
    with pytest.raises(UsageFault, match="no wording"):
        wording("certified", dt.date(2025, 10, 31))
