"""Small wrongs, one at a time: every way in which one line of a rule could quietly say something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("/",)),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("*",)),
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any", "sum": "max"}
# Each member with the one beside it: a verdict that permits a little more, a response that looks a little better.
BESIDE = {
    "Decision": ["STOP_REFER", "REGRESS", "HOLD", "INSUFFICIENT_DATA", "CONTINUE", "PROGRESS_READY"],
    "Response": ["RED", "AMBER", "UNKNOWN", "GREEN"],
}
EMPTY = {"list": "[]", "dict": "{}", "tuple": "()", "Sequence": "()", "Iterable": "()", "Iterator": "iter(())"}
_Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One module with one wrong in it; `before` and `after` are the line that differs, `place` its function."""

    module: str
    line: int
    place: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """What names it however far its line moves."""
        return f"{self.module}:{self.place} | {self.before} | {self.after}"


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module's `source`, in the order of its lines."""
    text = _Text(source)
    for place, node in _walk(ast.parse(source), "module"):
        for start, end, new in _edits(node, text):
            yield text.mutant(module, place, start, end, new)


class _Text:
    """A source with its offsets; columns of `ast` are bytes, so the text is kept as bytes."""

    def __init__(self, source: str) -> None:
        self.raw = source.encode()
        self._lines = [0]
        for line in self.raw.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def start(self, node: ast.AST) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> Iterator[_Edit]:
        """The operator `old` between two operands becomes `new`."""
        offset = self.end(left)
        words = r"\s+".join(map(re.escape, old.split()))
        pattern = rf"\b{words}\b" if old.isidentifier() or " " in old else words
        found = re.search(pattern, self.raw[offset : self.start(right)].decode())
        if found:
            yield offset + found.start(), offset + found.end(), new

    def mutant(self, module: str, place: str, start: int, end: int, new: str) -> Mutant:
        first, last = self.raw.rfind(b"\n", 0, start) + 1, self.raw.find(b"\n", end)
        wrong = self.raw[:start] + new.encode() + self.raw[end:]
        after = self.raw[first:start] + new.encode() + self.raw[end:last]
        return Mutant(
            module=module,
            line=self.raw.count(b"\n", 0, start) + 1,
            place=place,
            before=" ".join(self.raw[first:last].decode().split()),
            after=" ".join(after.decode().split()),
            source=wrong.decode(),
        )


def _walk(node: ast.AST, place: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node that says something when it runs: no types, no decorators, no imports."""
    silent = {"annotation", "returns", "decorator_list"}
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if name in silent or not isinstance(child, ast.AST):
                continue
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            inner = child.name if named else place
            yield inner, child
            yield from _walk(child, inner)
            if isinstance(child, ast.FunctionDef) and child.returns is not None:
                yield from ((inner, _Empties(said, child.returns)) for said in ast.walk(child) if _gives(said))


def _gives(node: ast.AST) -> bool:
    return isinstance(node, ast.Return) and node.value is not None


class _Empties(ast.AST):
    """A `return` whose collection could be empty."""

    def __init__(self, node: ast.Return, returns: ast.expr) -> None:
        super().__init__()
        self.value = node.value
        base = returns.value if isinstance(returns, ast.Subscript) else returns
        self.empty = EMPTY.get(base.id if isinstance(base, ast.Name) else "")


def _edits(node: ast.AST, text: _Text) -> Iterator[_Edit]:
    match node:
        case ast.Compare():
            for left, op, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                yield from _operator(op, left, right, text)
        case ast.BoolOp():
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from _operator(node.op, left, right, text)
        case ast.BinOp():
            yield from _operator(node.op, node.left, node.right, text)
        case ast.UnaryOp(op=ast.Not()):
            yield text.start(node), text.start(node) + len("not "), ""
        case ast.Constant():
            for new in _constants(node.value):
                yield text.start(node), text.end(node), new
        case ast.Attribute(value=ast.Name(id=("Decision" | "Response") as noun)):
            names = BESIDE[noun]
            new = names[(names.index(node.attr) + 1) % len(names)]
            yield text.start(node), text.end(node), f"{noun}.{new}"
        case ast.Name() if node.id in SWAPPED:
            yield text.start(node), text.end(node), SWAPPED[node.id]
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield text.start(node), text.start(node), "if False: "
        case _Empties() if node.empty and ast.unparse(node.value) != node.empty:
            yield text.start(node.value), text.end(node.value), node.empty
    for part, new in _forgotten(node):
        yield text.start(part), text.end(part), new
    for test in _bare_tests(node):
        yield text.start(test), text.end(test), f"(not {text.raw[text.start(test) : text.end(test)].decode()})"


def _operator(op: ast.AST, left: ast.AST, right: ast.AST, text: _Text) -> Iterator[_Edit]:
    old, others = OPERATORS.get(type(op), ("", ()))
    for new in others:
        yield from text.between(left, right, old, new)


def _constants(value: object) -> list[str]:
    if isinstance(value, bool):
        return [str(not value)]
    if isinstance(value, int):
        return [str(value + 1), f"({value - 1})"]
    if isinstance(value, float):
        return [str(value + 1), f"({value - 1})", *([str(value * 1.01)] if value else [])]
    return []


def _forgotten(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Conditions among others that nobody asks any more."""
    if isinstance(node, ast.BoolOp):
        nothing = str(isinstance(node.op, ast.And))
        yield from ((part, nothing) for part in node.values if not isinstance(part, ast.Constant))
    if isinstance(node, ast.comprehension):
        yield from ((test, "True") for test in node.ifs)


def _bare_tests(node: ast.AST) -> list[ast.expr]:
    """Conditions that are no comparison, whose opposite nothing above writes."""
    tests: list[ast.expr] = []
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    elif isinstance(node, ast.BoolOp):
        tests = node.values
    return [test for test in tests if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Subscript)]
