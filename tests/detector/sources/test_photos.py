import io
import zlib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from detector.sources import PhotoError, decode_photo, read_photo

RED, BLUE = (255, 0, 0), (0, 0, 255)


def corner_picture(mode: str = "RGB") -> Image.Image:
    """40 × 20, blue, with the left upper quarter red."""
    picture = Image.new("RGB", (40, 20), BLUE)
    picture.paste(RED, (0, 0, 20, 10))
    return picture.convert(mode)


def encode(picture: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def colour(image: np.ndarray, x: int, y: int) -> str:
    blue, _, red = (int(channel) for channel in image[y, x])
    return "red" if red > blue else "blue"


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")],
)
def test_formats(form: str, media_type: str) -> None:
    encoded = encode(corner_picture(), form)
    frame = decode_photo(encoded)
    assert (frame.width, frame.height, frame.media_type) == (40, 20, media_type)
    assert (colour(frame.image, 4, 4), colour(frame.image, 36, 16)) == ("red", "blue")
    assert frame.encoded == encoded
    assert (frame.seconds, frame.number) == (0.0, 0)
    assert not frame.image.flags.writeable


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(orientation: int, form: str) -> None:
    # What a camera stores for an upright scene: the inverse of what a viewer must do.
    upright = corner_picture()
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    # As bytes, so that the HEIF writer turns it into HEIF's own instruction, which is the one that counts there.
    frame = decode_photo(encode(stored, form, exif=exif.tobytes()))
    assert (frame.width, frame.height) == (40, 20)
    corners = [colour(frame.image, x, y) for x, y in ((4, 4), (36, 4), (4, 16), (36, 16))]
    assert corners == ["red", "blue", "blue", "blue"]


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "YCbCr"])
def test_colour_modes(mode: str) -> None:
    form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    frame = decode_photo(encode(corner_picture(mode), form))
    assert frame.image.shape == (20, 40, 3)
    if mode in ("P", "CMYK", "YCbCr"):
        assert colour(frame.image, 4, 4) == "red"


@pytest.mark.parametrize("value", [0, 12_000, 65_535])
def test_sixteen_bits_of_grey_are_scaled(value: int) -> None:
    deep = Image.fromarray(np.full((8, 8), value, np.uint16))
    frame = decode_photo(encode(deep, "PNG"))
    assert abs(int(frame.image[0, 0, 0]) - value / 257) <= 1


def test_sixteen_bits_of_colour() -> None:
    done, buffer = cv2.imencode(".png", np.full((8, 8, 3), (65_535, 0, 12_000), np.uint16))
    assert done
    assert np.abs(decode_photo(buffer.tobytes()).image[0, 0].astype(int) - (255, 0, 47)).max() <= 1


def test_transparency_lies_on_white() -> None:
    frame = decode_photo(encode(Image.new("RGBA", (8, 8), (200, 0, 0, 0)), "PNG"))
    assert frame.image[0, 0].tolist() == [255, 255, 255]


def test_time_comes_from_exif_in_the_district_zone() -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:24 12:00:00"
    encoded = encode(corner_picture(), "JPEG", exif=exif)
    assert decode_photo(encoded).time == datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert decode_photo(encoded, timezone=ZoneInfo("Europe/Paris")).time == datetime(2026, 11, 24, 11, tzinfo=UTC)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+09:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.SubsecTimeOriginal] = "25"
    encoded = encode(corner_picture(), "JPEG", exif=exif)
    assert decode_photo(encoded).time == datetime(2026, 11, 24, 3, 0, 0, 250_000, tzinfo=UTC)


def test_nonsense_in_exif_is_no_reason_to_refuse() -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "0000:00:00 00:00:00"
    then = datetime(2026, 1, 1, tzinfo=UTC)
    assert decode_photo(encode(corner_picture(), "JPEG", exif=exif), fallback=then).time == then
    whole = encode(corner_picture(), "JPEG", exif=exif)
    broken = whole.replace(b"Exif\0\0MM\0*", b"Exif\0\0MM\xff*").replace(b"Exif\0\0II*\0", b"Exif\0\0II\xff\xff")
    assert decode_photo(broken, fallback=then).time == then


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_cut_off_files_are_refused_in_one_line(form: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8))
    whole = encode(noise, form)
    with pytest.raises(PhotoError) as caught:
        decode_photo(whole[: int(len(whole) * share)], name="a.jpg")
    assert str(caught.value).startswith("a.jpg: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff", b"GIF89a" + bytes(60), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoError, match=r"a\.jpg: "):
        decode_photo(content, name="a.jpg")


@given(
    st.binary(max_size=200), st.sampled_from([b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBP", b""])
)
def test_rubbish_never_raises_anything_else(content: bytes, head: bytes) -> None:
    with pytest.raises(PhotoError):
        decode_photo(head + content)


@pytest.mark.parametrize("size", [(20_000, 6_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    # A PNG header that promises them, as a decompression bomb does.
    bomb = bytearray(encode(Image.new("L", (1, 1)), "PNG"))
    bomb[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    with pytest.raises(PhotoError, match="larger than 100 megapixels"):
        decode_photo(bytes(bomb))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match=r"gone\.jpg: cannot be read: No such file"):
        read_photo(tmp_path / "gone.jpg")


def test_real_photos_agree_with_opencv(street_photos: list[Path]) -> None:
    for path in street_photos[::60]:
        expected = cv2.imread(str(path))
        assert expected is not None
        assert np.abs(read_photo(path).image.astype(int) - expected).mean() < 1
