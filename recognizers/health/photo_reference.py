"""References to photographs."""

from recognizers.recognizer import Pattern, Recognizer

_TYPE = r"(?:jpe?g|png|heic|heif|tiff?|gif|bmp|webp|raw|cr[23]|nef|arw|dng|mp4|mov)"

RECOGNIZER = Recognizer(
    entity="PHOTO_REFERENCE",
    summary="File name of a photograph as cameras and phones give it, or its number next to a word like photo id. The "
    "picture itself is not text.",
    source="45 CFR 164.514(b)(2)(i)(Q); JEITA CP-3461 (DCF) section 4.2 for camera names; phones: common form",
    patterns=(
        Pattern(
            name="camera file",
            regex=r"(?:(?:IMG|_?DSC[NF]?|PXL|MVI|VID|PANO|SAM|WP_|PHOTO|Screenshot)[_-]?\d{3,8}|GOPR\d{4}|P\d{7})"
            rf"(?:[_-](?:WA)?\d{{1,9}}){{0,3}}(?:[_~-][A-Z]{{1,8}}\d{{0,3}})?\.{_TYPE}",
            score=0.7,
            ignore_case=True,
        ),
        Pattern(name="camera name", regex=r"(?:IMG|DSC[NF]?|PXL)[_-]?\d{4,8}(?:[_-]\d{4,9})?", score=0.45),
        Pattern(
            name="file in context",
            regex=rf"[A-Za-z0-9][A-Za-z0-9_-]{{2,40}}\.{_TYPE}",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(name="number", regex=r"[A-Z]{0,4}-?\d{4,12}", score=0.35, needs_context=True),
    ),
    context=(
        "photo id", "photo number", "photo no", "photo #", "photo reference", "photograph no", "photograph number",
        "image id", "image number", "picture id", "picture number", "mugshot", "mug shot", "booking photo",
        "headshot", "portrait id", "patient photo", "face photo", "photo file", "profile photo", "profile picture",
        "facial image",
    ),
    examples=(
        "see «IMG_1234.jpg»",
        "«DSC01234.JPG» and «PXL_20240131_123456789.jpg»",
        "sent «IMG-20240131-WA0001.jpg» by phone",
        "photo reference «PH-448291»",
        "mugshot «20481937»",
    ),
    non_examples=(
        "img.jpg is a name",
        "photo of 1234 people",
        "report_1234.pdf",
        "IMG_12 in the code",
    ),
)  # fmt: skip
