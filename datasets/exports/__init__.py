"""Exports of label tools, read one photo at a time: YOLO, COCO, VOC and Label Studio."""
