"""What tests of training share: it is skipped where torch or ultralytics is not installed."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
ultralytics = pytest.importorskip("ultralytics", reason="needs the extra 'train'")
safetensors = pytest.importorskip("safetensors.torch", reason="needs the extra 'train'")

SHARED = Path(__file__).resolve().parents[3] / "shared"
MARKS = [
    pytest.mark.train,
    pytest.mark.filterwarnings("default"),  # torch and ultralytics warn about their own future
]


def random_weights(folder: Path) -> Path:
    """Random COCO weights: most tests are about the steps, not about what the model knows."""
    torch.manual_seed(0)
    file = folder / "yolo26n-coco.safetensors"
    state = ultralytics.YOLO("yolo26n.yaml").model.state_dict()
    safetensors.save_file({key: value.clone() for key, value in state.items()}, file)
    return file
