"""The case file (案卷) as a PDF in Chinese, after the stages that CJ/T 315-2009 names.

The font, Noto Sans SC (SIL Open Font License 1.1), comes with a package and is embedded as far as it is used, so that
the file reads the same everywhere and in ten years.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pylopdf_fonts_zh_cn
from fpdf import FPDF, FontFace
from fpdf.enums import XPos, YPos

from detector.violations import KINDS
from service.audit.workflow import SYSTEM
from service.cases.schemas import Case
from service.cases.words import ACTIONS, GRADES, OUTCOMES, REASONS, STATES
from service.packages.contents import Contents, PackedFile
from service.packages.pictures import Shown

FONT = "Noto Sans SC"
INK, GREY, RULE, SHADE = (20, 20, 20), (105, 105, 105), (200, 200, 200), (243, 245, 247)
MARGIN_MM, LINE_MM = 18, 6
PICTURE_MM = (82, 62)
"""Width and height that a picture has at most; two stand side by side."""

PRIVACY = "照片中的旁人已作遮挡处理；原始件仅供有权限的人员查阅，查阅均有记录。案件涉及的个人不作身份识别。"
ROLES = {"closeup": "近景", "context": "全景", "clip": "视频", "original": "原始件", "after": "整改后"}
_OTHER_STEPS = {
    "create": "发现",
    "add_photo": "上传整改照片",
    "absorb": "并入他案",
    "release": "拆出他案",
    "remind": "到期提醒",
    "withdraw": "撤回",
}


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a case file says about itself: when and by whom it was made, in which zone it tells times, who signs."""

    made_at: datetime
    made_by: str
    zone: ZoneInfo
    key_id: str


class _Sheet(FPDF):
    """Pages with the case's number above and the page's number below."""

    def __init__(self, number: str, imprint: Imprint) -> None:
        super().__init__(format="A4")
        self.number, self.imprint = number, imprint
        self.add_font(FONT, fname=str(pylopdf_fonts_zh_cn.sans_path()))
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)
        self.set_title(f"案卷 {number}")
        self.set_lang("zh-CN")
        self.set_creator("Street Warden")
        self.set_creation_date(imprint.made_at)
        self.write_font(10)

    def header(self) -> None:
        """The number, from the second page on."""
        if self.page_no() > 1:
            self.write_font(8, GREY)
            self.cell(0, LINE_MM, f"案卷 {self.number}", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def footer(self) -> None:
        """Who made the file, and which page this is."""
        self.set_y(-MARGIN_MM + 4)
        self.write_font(8, GREY)
        made = f"{_moment(self.imprint.made_at, self.imprint.zone)} 由 {_plain(self.imprint.made_by)} 导出"
        self.cell(0, LINE_MM, f"{made} · 签名密钥 {self.imprint.key_id}", align="L")
        self.cell(0, LINE_MM, f"第 {self.page_no()} 页 / 共 {{nb}} 页", align="R")

    def write_font(self, size: float, colour: tuple[int, int, int] = INK) -> None:
        """Font size in points, and colour."""
        self.set_font(FONT, size=size)
        self.set_text_color(*colour)

    def heading(self, text: str) -> None:
        """The name of a section; it never stands alone at the end of a page."""
        if self.will_page_break(7 * LINE_MM):
            self.add_page()
        self.ln(3)
        self.write_font(12)
        self.cell(0, LINE_MM + 2, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*RULE)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)
        self.ln(2)
        self.write_font(10)

    def rows(
        self, rows: Sequence[Sequence[str]], widths: tuple[int, ...], titles: Sequence[str] = (), size: float = 9
    ) -> None:
        """A table in a font of so many points; with titles above, they stand again on every page."""
        self.write_font(size)
        self.set_draw_color(*RULE)
        with self.table(
            col_widths=widths,
            line_height=LINE_MM,
            text_align="LEFT",
            padding=(0.6, 1.2),
            first_row_as_headings=bool(titles),
            num_heading_rows=1 if titles else 0,
            headings_style=FontFace(color=INK, fill_color=SHADE),
        ) as table:
            for row in [titles, *rows] if titles else rows:
                table.row([_plain(cell) for cell in row])


def case_file(contents: Contents, pictures: Mapping[str, Shown], imprint: Imprint) -> bytes:
    """The case file of a package.

    Args:
        contents: the case and its evidence.
        pictures: by path in the package, those that are shown: upright JPEGs.
        imprint: what the file says about itself.
    """
    case = contents.case
    sheet = _Sheet(case.number, imprint)
    sheet.add_page()
    sheet.write_font(20)
    sheet.cell(0, 14, "城市管理案卷", align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.write_font(11, GREY)
    sheet.cell(0, 8, f"案号 {case.number}", align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.heading("一、基本情况")
    facts = _facts(case, imprint.zone)
    sheet.rows([[*a, *b] for a, b in zip(facts[::2], [*facts[1::2], ("", "")], strict=False)], (16, 34, 16, 34))
    sheet.heading("二、立案与结案条件")
    sheet.rows([("立案条件", case.conditions.filing), ("结案条件", case.conditions.closing)], (16, 84))
    sheet.heading("三、现场照片")
    _pictures(sheet, contents.files, pictures, imprint.zone)
    sheet.heading("四、办理经过")
    sheet.rows(
        [_step(case, position, imprint.zone) for position in range(len(case.history))],
        (22, 13, 13, 12, 40),
        ("时间", "经办人", "环节", "结果", "说明"),
    )
    if case.merged:
        sheet.heading("五、并入的案件")
        rows = [(one.number, STATES[one.status].chinese, _moment(one.occurred_at, imprint.zone)) for one in case.merged]
        sheet.rows(rows, (40, 20, 40), ("案号", "状态", "发生时间"))
    sheet.heading("六、证据清单" if case.merged else "五、证据清单")
    rows = [(file.path, ROLES.get(file.row.role, file.row.role), file.row.sha256) for file in contents.files]
    sheet.rows(rows, (34, 10, 56), ("文件", "类别", "SHA-256"), size=7.5)
    sheet.ln(2)
    sheet.write_font(8, GREY)
    sheet.multi_cell(0, 5, PRIVACY)
    return bytes(sheet.output())


def _facts(case: Case, zone: ZoneInfo) -> list[tuple[str, str]]:
    source = f"摄像机 {case.camera_name or case.camera_id}" if case.camera_id else "巡查照片"
    place = "—"
    if case.longitude is not None and case.latitude is not None:
        place = f"东经 {case.longitude:.6f}，北纬 {case.latitude:.6f}"
    facts = [
        ("问题类别", KINDS[case.kind].chinese),
        ("当前状态", STATES[case.status].chinese),
        ("发生时间", _moment(case.occurred_at, zone)),
        ("登记时间", _moment(case.created_at, zone)),
        ("来源", source),
        ("区域", case.zone or "—"),
        ("位置", place),
        ("属地", case.area.name if case.area else "—"),
        ("责任单位", case.unit.name if case.unit else "—"),
        ("紧急程度", GRADES[case.grade].chinese),
        ("派遣时间", _moment(case.dispatched_at, zone)),
        ("办结时限", _moment(case.due_at, zone)),
        ("整改时间", _moment(case.rectified_at, zone)),
        ("结案时间", _moment(case.closed_at, zone)),
        ("是否超时", "是" if case.overdue else "否"),
        ("督办时间", _moment(case.escalated_at, zone)),
        ("退回次数", str(case.returns)),
        ("返工次数", str(case.reworks)),
        ("数量", str(case.count)),
        ("置信度", f"{case.confidence:.0%}" + ("（疑似）" if case.suspected else "")),
        ("处理结果", OUTCOMES[case.outcome].chinese if case.outcome else "—"),
        ("反弹自", case.relapse_of.number if case.relapse_of else "—"),
    ]
    return facts + ([("备注", case.violation.note)] if case.violation.note else [])


def _pictures(sheet: _Sheet, files: list[PackedFile], pictures: Mapping[str, Shown], zone: ZoneInfo) -> None:
    shown = [(file, pictures[file.path]) for file in files if file.path in pictures]
    if not shown:
        sheet.write_font(10, GREY)
        sheet.cell(0, LINE_MM, "无可展示的照片", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        return
    width, height = PICTURE_MM
    for first in range(0, len(shown), 2):
        if sheet.will_page_break(height + 2 * LINE_MM):
            sheet.add_page()
        top = sheet.y
        for column, (file, picture) in enumerate(shown[first : first + 2]):
            left = sheet.l_margin + column * (width + 10)
            scale = min(width / picture.width, height / picture.height)
            sheet.image(io.BytesIO(picture.jpeg), left, top, picture.width * scale, picture.height * scale)
            sheet.set_xy(left, top + height + 1)
            sheet.write_font(8, GREY)
            caption = f"{ROLES.get(file.row.role, file.row.role)}  {_moment(file.row.taken_at, zone)}  {file.row.note}"
            sheet.multi_cell(width, 4, _plain(caption), max_line_height=4)
        sheet.set_xy(sheet.l_margin, top + height + 2 * LINE_MM)


def _step(case: Case, position: int, zone: ZoneInfo) -> tuple[str, ...]:
    entry = case.history[position]
    action = next((name.chinese for code, name in ACTIONS.items() if code == entry.action), None)
    said = [
        REASONS[entry.reason].chinese if entry.reason else "",
        f"责任单位：{entry.unit}" if entry.unit else "",
        f"案件：{entry.other_case}" if entry.other_case else "",
        OUTCOMES[entry.outcome].chinese if entry.outcome else "",
        entry.note,
    ]
    return (
        _moment(entry.at, zone),
        "系统" if entry.actor == SYSTEM.name else entry.actor,
        action or _OTHER_STEPS.get(entry.action, entry.action),
        STATES[entry.to_status].chinese if entry.to_status else "—",
        "；".join(part for part in said if part) or "—",
    )


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "—" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _plain(text: str) -> str:
    """Text without control characters, which no font has."""
    return "".join(character if character.isprintable() else " " for character in text)
