"""What fakesnow 0.12.1 lacks or gets wrong of what the source asks, put right before it starts.

Each is a function of Snowflake's reference, none a wish of ours; docs/snowflake.md lists them. What is not put right
is in gaps.ts: those cases must fail, so that the list stays true.
"""

import re

from fakesnow import info_schema, transforms
from sqlglot import exp


def correct() -> None:
    """To be called before fakesnow.server is imported: it makes its database then."""
    add_datetime_precision()
    transforms.regex_replace = regex_replace
    transforms.to_decimal = with_hexadecimal(transforms.to_decimal)
    transforms.to_variant = with_time_formats(transforms.to_variant)
    transforms.to_timestamp = with_nested(transforms.to_timestamp)
    transforms.trim_cast_varchar = trim
    transforms.random = with_numbers(with_automatic_times(transforms.random))


def add_datetime_precision() -> None:
    """INFORMATION_SCHEMA.COLUMNS has a column DATETIME_PRECISION."""
    name = "SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW"
    view = getattr(info_schema, name)
    start = "null::VARCHAR as IDENTITY_START"
    assert start in view
    column = "case when columns.data_type like 'TIME%' then 9 end as DATETIME_PRECISION"
    setattr(info_schema, name, view.replace(start, f"{column}, {start}"))


def regex_replace(expression: exp.Expr) -> exp.Expr:
    """Backslashes stand for themselves once the string literal has been read: fakesnow halves them once more.

    OCTET_LENGTH is of texts too.
    """
    if isinstance(expression, exp.ByteLength):
        return exp.Anonymous(this="strlen", expressions=[expression.this])
    if isinstance(expression, exp.RegexpReplace):
        if not expression.args.get("replacement"):
            expression.set("replacement", exp.Literal.string(""))
        expression.set("modifiers", exp.Literal.string("g"))
    return expression


def with_hexadecimal(to_decimal):
    """TO_NUMBER(text, 'XX') reads hexadecimal digits."""

    def transform(expression: exp.Expr) -> exp.Expr:
        format_ = expression.args.get("format") if isinstance(expression, exp.ToNumber) else None
        if format_ is None or not re.fullmatch("X+", format_.name):
            return to_decimal(expression)
        digits = exp.DPipe(this=exp.Literal.string("0x"), expression=expression.this)
        return exp.cast(exp.paren(digits), "BIGINT")

    return transform


FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
    "FF9": "%n",
    '"T"': "T",
}


def with_time_formats(to_variant):
    """TO_VARCHAR(moment, 'YYYY-MM-DD') keeps to its format: sqlglot drops it where it does not know the type."""

    def transform(expression: exp.Expr) -> exp.Expr:
        format_ = expression.args.get("format") if isinstance(expression, exp.ToChar) else None
        if format_ is None or not re.search("SS|DD", format_.name):
            return to_variant(expression)
        text = re.sub("|".join(FORMATS), lambda match: FORMATS[match[0]], format_.name)
        moment = expression.this
        if "DD" not in format_.name:
            moment = exp.DPipe(this=exp.Literal.string("1970-01-01 "), expression=exp.cast(moment, "TEXT"))
        cast = exp.cast(exp.paren(moment), "TIMESTAMP")
        return exp.Anonymous(this="STRFTIME", expressions=[cast, exp.Literal.string(text)])

    return transform


def trim(expression: exp.Expr) -> exp.Expr:
    """RTRIM(text, '.') trims points on the right: fakesnow loses side and characters where the text is no cast."""
    if isinstance(expression, exp.Trim) and not isinstance(expression.this, exp.Cast):
        expression.set("this", exp.cast(expression.this, "TEXT"))
    return expression


def with_nested(to_timestamp):
    """TO_TIMESTAMP_NTZ inside another, or inside a cast to a timestamp, is transformed too."""

    def transform(expression: exp.Expr) -> exp.Expr:
        changed = to_timestamp(expression)
        if changed is not expression:
            changed.set("expressions", [each.transform(transform, copy=False) for each in changed.expressions])
        return changed

    return transform


def with_automatic_times(random):
    """TO_TIMESTAMP_NTZ(text, 'AUTO') reads what it finds: sqlglot takes AUTO for a format of its own."""

    def transform(expression: exp.Expr) -> exp.Expr:
        if isinstance(expression, exp.StrToTime) and expression.args["format"].name == "AUTO":
            return exp.cast(expression.this, "TIMESTAMP")
        return random(expression)

    return transform


def with_numbers(random):
    """BITAND(a, b) + 1 adds last, where DuckDB's a & b + 1 adds first; SUBSTR takes a position of 128 bits.

    OCTET_LENGTH takes any text, also one that is no column and no cast.
    """

    def transform(expression: exp.Expr) -> exp.Expr:
        if isinstance(expression, exp.BitwiseAnd) and not isinstance(expression.parent, exp.Paren):
            return exp.paren(expression)
        if isinstance(expression, exp.ByteLength):
            return exp.Anonymous(this="STRLEN", expressions=[exp.cast(expression.this, "TEXT")])
        if isinstance(expression, exp.Substring):
            expression.set("start", exp.cast(expression.args["start"], "BIGINT"))
        return random(expression)

    return transform
