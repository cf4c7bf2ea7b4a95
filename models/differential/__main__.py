"""Holds Java's answers against Python's over some hundreds of architectures with random weights: see models/README.md.

    mvn -q test-compile && python models/differential --out models/differential/results.tsv
    python models/differential --only 'timm:resne*' 'torchvision:*:script'
"""
import argparse
import collections
import concurrent.futures
import datetime
import json
import multiprocessing
import os
import pathlib
import resource
import select
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]

import exporters  # noqa: E402 (after the path above)

exporters.import_torchvision()
import timm  # noqa: E402 (after torchvision)
import torch  # noqa: E402
import transformers  # noqa: E402

import architectures  # noqa: E402
import judge  # noqa: E402
import sample  # noqa: E402

PYTHON_SECONDS = 300
JAVA_SECONDS = 180
MEMORY = 9 << 30
AHEAD = 2
"""So many architectures are made before Java has compared the one before: their files take disk."""


class Java:
    """A JVM that compares one folder after the other, and is started again where one of them ends it."""

    def __init__(self):
        self.process = None

    def compare(self, precision, threads, folder):
        if self.process is None or self.process.poll() is not None:
            self._start()
        self.process.stdin.write(f"{precision}\t{threads}\t{folder}\n")
        self.process.stdin.flush()
        while select.select([self.process.stdout], [], [], JAVA_SECONDS)[0]:
            line = self.process.stdout.readline()
            if line.startswith("RESULT "):
                return json.loads(line[len("RESULT "):])
            if not line:
                return {"error": f"the JVM ended with {self.process.wait()}"}
        self.process.kill()
        self.process.wait()
        return {"error": f"no answer in {JAVA_SECONDS} s"}

    def _start(self):
        target = pathlib.Path(os.environ.get("WWTS_TARGET", ROOT / "target"))  # what Maven compiled
        classpath = f"{target}/test-classes:{target}/classes:{(target / 'classpath.txt').read_text().strip()}"
        command = ["java", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g", f"-XX:ErrorFile={tempfile.gettempdir()}/hs_err_%p.log",
                   "-cp", classpath, "dev.wwts.internal.lane.Differential"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(60)


def _make(name, folder, answer):
    """In a process of its own: what a library does to it is gone afterwards."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    try:
        answer.put(sample.write(name, folder))
    except BaseException as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        answer.put({"name": name, "error": f"{type(error).__name__}: {words[-1][:200]}"})


def _sample(name):
    """A folder with the architecture's files, and what is known of it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wwts-differential-"))
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=_make, args=(name, folder, answer))
    process.start()
    process.join(PYTHON_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    return folder, {"name": name, "error": "Python did not finish"} if answer.empty() else answer.get()


def main():
    parser = argparse.ArgumentParser(prog="python models/differential", description="Java's answers beside Python's, over architectures.")
    parser.add_argument("--only", nargs="*", default=[], metavar="PATTERN", help="names as LIBRARY:ARCHITECTURE, with * and ?")
    parser.add_argument("--out", type=pathlib.Path, help="a file for the table; an existing one keeps the lines of what is not run")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder where the files of what is not right are kept")
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    args = parser.parse_args()
    modes = [(precision, threads) for precision in ("FP32", "BF16") for threads in args.threads]
    names, java, rows = architectures.chosen(args.only), Java(), []
    print(f"{len(names)} architectures")
    with concurrent.futures.ThreadPoolExecutor(1) as making:
        samples = collections.deque((name, making.submit(_sample, name)) for name in names[:AHEAD])
        for at, name in enumerate(names):
            (folder, meta), following = samples.popleft()[1].result(), names[at + AHEAD:at + AHEAD + 1]
            samples.extend((n, making.submit(_sample, n)) for n in following)
            answers = [] if "error" in meta else [(mode, java.compare(*mode, folder)) for mode in modes]
            row = judge.row(meta, answers)
            rows.append(row)
            print("\t".join(row), flush=True)
            if args.keep and row[1] not in ("ok", "not made"):
                shutil.copytree(folder, args.keep / name.replace(":", "."), dirs_exist_ok=True)
            shutil.rmtree(folder)
            if args.out:
                versions = f"torch {torch.__version__}, timm {timm.__version__}, transformers {transformers.__version__}, {datetime.date.today()}"
                judge.write(args.out, rows, versions)
    java.close()
    wrong = [row for row in rows if row[1] not in judge.RIGHT]
    print(f"{len(rows)} architectures, {len(wrong)} not right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
