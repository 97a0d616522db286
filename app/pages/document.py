"""A whole page: it needs no other file, no network and no script, and is light or dark as its reader's screen is."""

from __future__ import annotations

from .markup import Markup, element
from .palette import colour_variables

__all__ = ["html_document"]


def html_document(title: str, style: str, *sections: str, **attributes: str) -> str:
    """The sections one after the other, styled in the palette's colours; equal sections give equal text.

    The attributes are those of the element around the sections.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(colour_variables() + style)),
    )
    body = element("body", element("main", *sections, **attributes))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"
