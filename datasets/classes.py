"""The nine classes of the street model and what the COCO teacher calls the first six of them."""

CLASSES = (
    "person",
    "bicycle",
    "motorcycle",
    "car",
    "bus",
    "truck",
    "e_tricycle",
    "cigarette_butt",
    "garbage",
)
"""Class names; the index is the class id that labels, models and detections use (contract of the design)."""

COCO_ROWS = (0, 1, 3, 2, 5, 7)
"""For each of the first six classes, its id among COCO's 80. Motorcycle and car swap places."""

TAUGHT = tuple(range(len(COCO_ROWS)))
"""Class ids that the teacher labels. People labelled the others by hand."""
