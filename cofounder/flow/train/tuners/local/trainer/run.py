"""python run.py MODE FOLDER: makes this folder a package by itself, so that the rest of Cofounder is not needed."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
NAME = "cofounder_trainer"


def part(name: str) -> ModuleType:
    """A module of this folder, whatever else is on the path."""
    if NAME not in sys.modules:
        sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != HERE]
        spec = importlib.util.spec_from_file_location(
            NAME, HERE / "__init__.py", submodule_search_locations=[str(HERE)]
        )
        assert spec is not None
        assert spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules[NAME] = package
        spec.loader.exec_module(package)
    return importlib.import_module(f"{NAME}.{name}")


if __name__ == "__main__":
    sys.exit(part("work").main(sys.argv[1], Path(sys.argv[2])))
