"""Numbers and tables as text."""

DASH = "–"


def number(value):
    if value >= 9_999_500:
        return f"{value / 1e6:.1f}M"
    if value >= 999_500:
        return f"{value / 1e6:.2f}M"
    if value >= 99_950:
        return f"{value / 1e3:.0f}k"
    if value >= 9_999.5:
        return f"{value / 1e3:.1f}k"
    return f"{value:.0f}"


def few(value):
    """A count that may be a fraction."""
    # The difference of two runs with threads may come out as -0.01.
    value = max(value, 0.0)
    return f"{value:.2f}" if value < 9.995 else number(value)


def table(head, rows):
    """Markdown with aligned columns; all but the first to the right."""
    lines = [[str(cell) for cell in line] for line in [head, *rows]]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    text = [
        "| " + " | ".join(cell.rjust(width) if n else cell.ljust(width) for n, (cell, width) in enumerate(zip(line, widths))) + " |"
        for line in lines
    ]
    text.insert(1, "|" + "|".join("-" * (width + 1) + (":" if n else "-") for n, width in enumerate(widths)) + "|")
    return "\n".join(text)


def grid(rows, columns, cell, corner="peer"):
    """A table from a function of row and column."""
    return table([corner, *columns], [[row, *(cell(row, column) for column in columns)] for row in rows])
