"""wwts beside Python, bytes of a picture to the five best labels, batch 1, on this CPU: processes in turn (A B A B), a ratio a model.

    python benchmarks/python/compare.py PICTURE MODEL.pt [MODEL.pt ...] [--threads 1 2] [--rounds 4] [--calls 30] [--out FILE.json]

Each process answers the same picture `calls` times; the first five do not count; its figure is the median. A round is one process of
each; the ratio is that of the medians over the rounds. Needs models/requirements.txt and a compiled project.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WARM_UP = 5


def python(model, picture, threads, calls):
    command = [sys.executable, str(ROOT / "benchmarks/python/reference.py"), model, picture, "--threads", str(threads), "--calls", str(calls)]
    return [json.loads(line) for line in lines(command)]


def wwts(model, picture, threads, calls):
    command = [str(ROOT / "bin/wwts"), "recognize", "--json", "--model", model, "--threads", str(threads), *[picture] * calls]
    answers = [json.loads(line) for line in lines(command)]
    return [{"top": a["results"][0]["label"], "total": a["millis"]["total"]} for a in answers]


def lines(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout.splitlines()


def measure(args, model, threads):
    medians = {"python": [], "wwts": []}
    tops = set()
    for _ in range(args.rounds):
        for name, run in (("python", python), ("wwts", wwts)):
            answers = run(model, args.picture, threads, args.calls)
            tops |= {answer["top"] for answer in answers}
            medians[name].append(statistics.median(answer["total"] for answer in answers[WARM_UP:]))
    if len(tops) != 1:
        raise SystemExit(f"{model}: the answers differ: {tops}")
    result = {"model": pathlib.Path(model).name, "threads": threads, "top": tops.pop()}
    for name, values in medians.items():
        result[name + "_ms"] = [round(value, 2) for value in values]
    result["ratio"] = round(statistics.median(medians["wwts"]) / statistics.median(medians["python"]), 3)
    return result


def cpu():
    try:
        return next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    report = {"cpu": cpu(), "cores": os.cpu_count(), "load_before": os.getloadavg()[0], "picture": pathlib.Path(args.picture).name,
              "rounds": args.rounds, "calls": args.calls, "results": []}
    print(f"{report['cpu']}, {report['cores']} cores, load {report['load_before']:.1f}")
    print(f"{'model':24} threads  python ms  wwts ms  wwts / python")
    for model in args.models:
        for threads in args.threads:
            row = measure(args, model, threads)
            report["results"].append(row)
            print(f"{row['model']:24} {threads:7} {statistics.median(row['python_ms']):10.1f} {statistics.median(row['wwts_ms']):8.1f} {row['ratio']:14.3f}", flush=True)
            if args.out:
                args.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
