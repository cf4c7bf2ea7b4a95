"""What each class is called, belongs to and must reach: line i of a UTF-8 text file is of class i; of a label, up to the first tab."""
import pathlib
import re

from . import ExportError, is_plain

IMAGENET = pathlib.Path(__file__).resolve().parents[1] / "labels" / "imagenet-zh.txt"


def read(path):
    """The labels in a text file, split as models/FORMAT.md says: LF or CRLF, an optional BOM, a last line end or none.

    What follows a tab is not part of a label: models/labels has names in other languages there.
    """
    labels = [line.partition("\t")[0] for line in read_lines(path)]
    check(labels, str(path))
    return labels


def read_roots(path, count):
    """The category of each class in a text file, likewise; empty lines are of classes that have none."""
    roots = [line.partition("\t")[0] for line in read_lines(path)]
    check_roots(roots, count, str(path))
    return roots


def check_roots(roots, count, where="the roots"):
    """Raises ExportError unless there is one for each class, which can be one line of roots.txt."""
    if len(roots) != count:
        raise ExportError(f"{where}: {len(roots)} categories for {count} classes")
    for i, root in enumerate(roots):
        if root:
            check([root], f"{where}, line {i + 1}")


def read_thresholds(path, count):
    """The numbers in a text file, one a line: what the confidence of each class must reach."""
    lines = [line.partition("\t")[0].strip() for line in read_lines(path)]
    if not all(re.fullmatch(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|\.[0-9]+", line) for line in lines):
        raise ExportError(f"{path}: not each line is a number")
    thresholds = [float(line) for line in lines]
    check_thresholds(thresholds, count, str(path))
    return thresholds


def check_thresholds(thresholds, count, where="the thresholds"):
    """Raises ExportError unless there is one from 0 to 1 for each class."""
    if len(thresholds) != count:
        raise ExportError(f"{where}: {len(thresholds)} thresholds for {count} classes")
    for i, threshold in enumerate(thresholds):
        if not 0 <= threshold <= 1:
            raise ExportError(f"{where}: the threshold of class {i} (line {i + 1}) is not from 0 to 1")


def imagenet():
    """The Chinese labels of ImageNet's 1,000 classes, said on the console as nobody asked for them."""
    print(f"labels: ImageNet's 1,000 classes in Chinese ({IMAGENET.name}); --labels names others")
    return read(IMAGENET)


def in_chinese(names):
    """`imagenet()` where `names` are the English ones of its classes, in their order; else `names`.

    Nine of ten must agree, as far as the first comma ("tench, Tinca tinca"): published lists differ in a few of the names.
    """
    english = [line.split("\t")[2].casefold() for line in read_lines(IMAGENET)]
    same = sum(name.partition(",")[0].strip().casefold() == known for name, known in zip(names, english))
    return imagenet() if len(names) == len(english) and same >= 0.9 * len(english) else names


def read_lines(path):
    """The lines of a UTF-8 text file; only LF and CRLF end a line, unlike in str.splitlines."""
    try:
        text = pathlib.Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ExportError(f"cannot read the labels {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ExportError(f"the labels {path} are not UTF-8: {error.reason} at byte {error.start}") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def placeholders(count):
    """Labels for a model without names: 类别0, 类别1, …"""
    return [f"类别{i}" for i in range(count)]


def check(labels, where="the labels"):
    """Raises ExportError unless every label can be one line of labels.txt."""
    if not labels:
        raise ExportError(f"{where}: no label at all")
    for i, label in enumerate(labels):
        if not isinstance(label, str) or not label.strip():
            raise ExportError(f"{where}: the label of class {i} (line {i + 1}) is empty")
        if not is_plain(label) or len(label) > 1000:
            raise ExportError(f"{where}: the label of class {i} (line {i + 1}) contains a line end or control characters, or is too long")
