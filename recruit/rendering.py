"""How templates put values into pages: as Jinja does, without the detour where nothing needs to be escaped."""

import re
from typing import Any

import flask.templating
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

_needs_escape = re.compile("[&<>\"']").search


def written(value: Any) -> str:
    """A value as it stands in a page: what `markupsafe.escape` gives, as a plain string where that is the same text.

    A table says thousands of values, nearly all of them words and numbers that nothing is changed in.
    """
    kind = type(value)
    if kind is Markup:
        return value
    if kind is str and not _needs_escape(value):
        return value
    if kind is int:
        return str(value)
    return escape(value)


class _Writing(CodeGenerator):
    """Writes `written(…)` where Jinja writes `escape(…)`; a Jinja that asks otherwise escapes as before."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.written(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Environment(flask.templating.Environment):
    """The templates of pages."""

    code_generator_class = _Writing
    written = staticmethod(written)
