"""python run.py MODE FOLDER: makes this folder a package by itself, so that the rest of Cofounder is not needed."""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != HERE]
    spec = importlib.util.spec_from_file_location(
        "cofounder_trainer", HERE / "__init__.py", submodule_search_locations=[str(HERE)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["cofounder_trainer"] = package
    spec.loader.exec_module(package)
    work = importlib.import_module("cofounder_trainer.work")
    return int(work.main(sys.argv[1], Path(sys.argv[2])))


if __name__ == "__main__":
    sys.exit(main())
