# ruff: noqa: E501 - a rule of the style sheet is a line
"""The style sheet made of the tokens: what a palette cannot say. Widgets name their look by the property `look`."""

from pathlib import Path
from typing import Final

from desktop.ui.tokens import Colours, Size, Space, Tone

_IMAGES: Final = Path(__file__).parent / "images"


def style_sheet(colours: Colours) -> str:
    """The whole application's style sheet in these colours."""
    images, scheme = _IMAGES.as_posix(), "dark" if colours.is_dark else "light"
    accent, soft = colours.strong[Tone.ACCENT], colours.soft[Tone.ACCENT]
    strongs = "".join(
        f'QLabel[tone="{tone}"] {{ color: {colours.strong[tone]}; }}\n'
        f'QFrame[look="band"][tone="{tone}"] {{ background: {colours.soft[tone]}; border: none; '
        f"border-radius: {Space.RADIUS}px; }}\n"
        f'QFrame[look="chip"][tone="{tone}"] {{ background: {colours.soft[tone]}; border-radius: 9px; }}\n'
        for tone in Tone
    )
    fields = "QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QComboBox"
    focused = ", ".join(f"{one.strip()}:focus" for one in fields.split(","))
    disabled = ", ".join(f"{one.strip()}:disabled" for one in fields.split(","))
    return f"""
QWidget {{ font-size: {Size.BODY}pt; }}
QToolTip {{ background: {colours.text}; color: {colours.surface}; border: none; padding: 4px 6px; }}
QFrame[look="card"] {{ background: {colours.surface}; border: 1px solid {colours.line}; border-radius: {Space.RADIUS}px; }}
QFrame[look="card"][choosable="true"]:focus {{ border: 2px solid {accent}; }}
QFrame[look="rail"] {{ background: {colours.surface}; border: none; border-right: 1px solid {colours.line}; }}
QFrame[look="bar"] {{ background: {colours.surface}; border: none; border-top: 1px solid {colours.line}; }}
QFrame[look="head"] {{ background: {colours.surface}; border: none; border-bottom: 1px solid {colours.line}; }}
QFrame[look="rule"] {{ background: {colours.line}; border: none; max-height: 1px; min-height: 1px; }}
QScrollArea, QScrollArea > QWidget > QWidget[look="page"] {{ background: transparent; border: none; }}
QLabel {{ background: transparent; }}
QLabel[look="title"] {{ font-size: {Size.TITLE}pt; font-weight: 600; }}
QLabel[look="heading"] {{ font-size: {Size.HEADING}pt; font-weight: 600; }}
QLabel[look="strong"] {{ font-weight: 600; }}
QLabel[look="figure"] {{ font-size: {Size.FIGURE}pt; font-weight: 600; }}
QLabel[look="muted"] {{ color: {colours.muted}; }}
QLabel[look="small"] {{ color: {colours.muted}; font-size: {Size.SMALL}pt; }}
QLabel[look="caption"] {{ color: {colours.muted}; font-size: {Size.SMALL}pt; font-weight: 600; }}
QLabel[look="key"] {{ background: {colours.sunken}; border: 1px solid {colours.control_line}; border-radius: 4px; padding: 1px 6px; font-size: {Size.SMALL}pt; }}
QLabel[look="error"] {{ color: {colours.strong[Tone.BAD]}; font-size: {Size.SMALL}pt; }}
{strongs}
{fields} {{
    background: {colours.surface}; color: {colours.text}; border: 1px solid {colours.control_line};
    border-radius: {Space.RADIUS_CONTROL}px; padding: 5px 8px; min-height: {Space.CONTROL_HEIGHT}px;
    selection-background-color: {accent}; selection-color: {colours.on_strong};
    placeholder-text-color: {colours.muted};
}}
QLineEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QComboBox {{ padding: 4px 8px; max-height: {Space.CONTROL_HEIGHT}px; }}
QComboBox {{ padding-left: 10px; }}
{focused} {{ border: 2px solid {accent}; padding: 3px 7px; }}
QPlainTextEdit:focus {{ padding: 4px 7px; }}
QComboBox:focus {{ padding-left: 9px; }}
{disabled} {{ background: {colours.sunken}; color: {colours.muted}; border-color: {colours.line}; }}
*[wrong="true"] {{ border: 2px solid {colours.strong[Tone.BAD]}; padding: 3px 7px; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ border: none; padding: 0; background: transparent; min-height: 0; max-height: 100px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{ width: 0; border: none; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: 24px; subcontrol-origin: border; subcontrol-position: center right; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{images}/chevron-{scheme}.svg"); width: 12px; height: 12px; }}
QCheckBox {{ spacing: {Space.SMALL}px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {colours.control_line}; border-radius: 3px; background: {colours.surface}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{images}/tick-{scheme}.svg"); }}
QCheckBox::indicator:focus {{ border: 2px solid {accent}; width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {colours.surface}; border: 1px solid {colours.control_line}; outline: none;
    selection-background-color: {soft}; selection-color: {colours.text}; padding: 4px; }}
QPushButton {{
    background: {colours.surface}; color: {colours.text}; border: 1px solid {colours.control_line};
    border-radius: {Space.RADIUS_CONTROL}px; padding: 5px 14px; min-height: {Space.CONTROL_HEIGHT}px;
}}
QPushButton:hover {{ background: {colours.sunken}; }}
QPushButton:pressed {{ background: {colours.line}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 4px 13px; }}
QPushButton:disabled {{ color: {colours.muted}; border-color: {colours.line}; background: {colours.sunken}; }}
QPushButton[look="primary"] {{ background: {accent}; color: {colours.on_strong}; border-color: {accent}; font-weight: 600; }}
QPushButton[look="primary"]:hover {{ background: {colours.strong[Tone.ACCENT]}; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {colours.text}; }}
QPushButton[look="primary"]:disabled {{ background: {colours.sunken}; color: {colours.muted}; border-color: {colours.line}; }}
QPushButton[look="quiet"] {{ border-color: transparent; background: transparent; color: {accent}; padding: 5px 8px; }}
QPushButton[look="quiet"]:hover {{ background: {soft}; }}
QPushButton[look="quiet"]:focus {{ border: 2px solid {accent}; padding: 4px 7px; }}
QPushButton[look="quiet"]:disabled {{ color: {colours.muted}; background: transparent; }}
QPushButton[look="nav"] {{ border: 2px solid transparent; background: transparent; text-align: left; padding: 6px 10px; }}
QPushButton[look="nav"]:hover {{ background: {colours.sunken}; }}
QPushButton[look="nav"]:checked {{ background: {soft}; color: {accent}; font-weight: 600; }}
QPushButton[look="nav"]:focus {{ border: 2px solid {accent}; padding: 6px 10px; }}
QPushButton[look="status"] {{ border: 2px solid transparent; background: transparent; padding: 2px 8px; text-align: left; }}
QPushButton[look="status"][muted="true"] {{ color: {colours.muted}; }}
QPushButton[look="status"]:hover {{ background: {colours.sunken}; }}
QPushButton[look="status"]:focus {{ border: 2px solid {accent}; padding: 2px 8px; }}
QPushButton[look="segment"] {{ padding: 4px 14px; }}
QPushButton[look="segment"]:focus {{ padding: 3px 13px; }}
QPushButton[look="segment"]:checked {{ background: {soft}; color: {accent}; border-color: {accent}; }}
QTableView, QListView, QListWidget {{ background: {colours.surface}; alternate-background-color: {colours.surface};
    border: 1px solid {colours.line}; border-radius: {Space.RADIUS}px; gridline-color: {colours.line};
    selection-background-color: {soft}; selection-color: {colours.text}; outline: none; }}
QTableView:focus, QListView:focus, QListWidget:focus {{ border: 2px solid {accent}; }}
QListWidget::item {{ border-bottom: 1px solid {colours.line}; }}
QListWidget::item:selected {{ background: {soft}; color: {colours.text}; }}
QFrame[look="seat"] {{ border: 2px solid transparent; border-radius: {Space.RADIUS_CONTROL}px; }}
QFrame[look="seat"]:hover {{ background: {colours.sunken}; }}
QFrame[look="seat"][lit="true"] {{ border-color: {accent}; background: {soft}; }}
QMenu {{ background: {colours.surface}; color: {colours.text}; border: 1px solid {colours.control_line}; padding: 4px; }}
QMenu::item {{ padding: 6px 18px; border-radius: 3px; }}
QMenu::item:selected {{ background: {soft}; color: {colours.text}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: {colours.surface}; color: {colours.muted}; border: none; font-size: {Size.SMALL}pt;
    border-bottom: 1px solid {colours.line}; padding: 7px 13px; font-weight: 600; }}
QHeaderView::section:first {{ border-top-left-radius: {Space.RADIUS - 1}px; }}
QHeaderView::section:last {{ border-top-right-radius: {Space.RADIUS - 1}px; }}
QTableView::item {{ padding: 0 10px; border: none; border-bottom: 1px solid {colours.line}; }}
QTableView::item:selected {{ background: {soft}; color: {colours.text}; }}
QTableView QTableCornerButton::section {{ background: {colours.surface}; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: {colours.control_line}; border-radius: 3px; min-height: 32px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle:horizontal {{ background: {colours.control_line}; border-radius: 3px; min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ background: {colours.sunken}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QDialog {{ background: {colours.window}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
"""
