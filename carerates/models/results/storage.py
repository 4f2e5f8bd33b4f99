"""One netCDF file for one fit: specification, figures, draws, checks and versions; no pickle."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carerates.errors import MissingExtraError, OutputError, SourceError
from carerates.models.checks.diagnostics import Diagnostics
from carerates.models.design.building import build_design
from carerates.models.results.posterior import Posterior
from carerates.models.spec import RateModel
from carerates.provenance import Provenance
from carerates.tables import Factor, RateDraws, RatesTable

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates

FORMAT = "carerates fit 1"


def _umask() -> int:
    """Return the user's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def table_hash(rates: RatesTable) -> str:
    """Return the SHA-256 of a table's rows, as text with every digit."""
    frame = rates.to_frame()
    text = frame[sorted(frame.columns)].to_csv(index=False, float_format="%.17g")
    return hashlib.sha256(text.encode()).hexdigest()


def save_fit(fit: FittedRates, path: Path) -> Path:
    """Write a fit to one netCDF file, or leave nothing behind.

    Parameters
    ----------
    fit : FittedRates
        The fit.
    path : Path
        File to write; an existing file is replaced only once the new one is complete.

    Raises
    ------
    MissingExtraError
        If h5netcdf is not installed (extra ``bayes``).
    OutputError
        If the file cannot be written.
    """
    h5netcdf, h5py = _readers()
    text = h5py.string_dtype()
    documents = {
        "format": FORMAT,
        "specification": fit.settings.to_json(),
        "table_sha256": table_hash(fit.rates),
        "measure": fit.rates.measure,
        "factors": json.dumps([asdict(one) for one in fit.rates.factors]),
        "rates_provenance": json.dumps(fit.rates.provenance.to_dict()),
        "provenance": json.dumps(fit.provenance.to_dict()),
        "diagnostics": fit.diagnostics.to_json(),
        "gate": "passed" if fit.diagnostics.passed else "FAILED",
        "engine": fit.engine,
        "seed": str(fit.seed),
        "chains": str(fit.posterior.chains),
        "record": json.dumps(dict(fit.record)),
        "left_out": fit.left_out.to_json(orient="records"),
        "interval_kind": fit.interval_kind,
    }
    frame = fit.rates.to_frame()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}. Choose a folder that exists.") from error
    os.close(handle)
    part = Path(name)
    try:
        with h5netcdf.File(part, "w") as file:
            posterior = fit.posterior
            file.dimensions = {
                "draw": posterior.draws,
                "shared_effect": posterior.shared.shape[1],
                "area": posterior.local.shape[1],
                "own_effect": max(posterior.local.shape[2], 1),
                "row": len(frame),
                "document": len(documents),
            }
            _write(file, "document_name", ("document",), list(documents), text)
            _write(file, "document", ("document",), list(documents.values()), text)
            _write(file, "shared_effect", ("shared_effect",), list(fit.design.shared_names), text)
            _write(file, "area", ("area",), list(fit.design.panel.area_codes), text)
            _write(file, "shared", ("draw", "shared_effect"), posterior.shared)
            if posterior.local.shape[2]:
                _write(file, "own", ("draw", "area", "own_effect"), posterior.local)
            for name, values in posterior.spreads.items():
                _write(file, f"spread_{name}", ("draw",), values)
            for column in frame:
                cells = frame[column]
                if cells.dtype.kind in "fiu":
                    _write(file, f"rates_{column}", ("row",), cells.to_numpy(dtype=float, na_value=np.nan))
                else:
                    _write(file, f"rates_{column}", ("row",), cells.fillna("").astype(str).tolist(), text)
        # the part was private; a fit is as readable as any other new file of the user
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return path


def load_fit(path: Path) -> FittedRates:
    """Read a fit, rebuilding everything from its specification and figures.

    Raises
    ------
    MissingExtraError
        If h5netcdf is not installed (extra ``bayes``).
    SourceError
        If there is no such file, it is not a saved fit, or its figures were changed.
    """
    from carerates.models.results.fitted import FittedRates

    h5netcdf, _ = _readers()
    if not path.is_file():
        raise SourceError(f"There is no file {path}.")
    try:
        with h5netcdf.File(path, "r", decode_vlen_strings=True) as file:
            documents = dict(zip(_strings(file, "document_name"), _strings(file, "document"), strict=True))
            arrays = {
                name: np.asarray(file[name][...]) for name in file.variables if name in ("shared", "own")
            }
            spreads = {
                name.removeprefix("spread_"): np.asarray(file[name][...], dtype=float)
                for name in file.variables
                if name.startswith("spread_")
            }
            columns = {
                name.removeprefix("rates_"): np.asarray(file[name][...])
                for name in file.variables
                if name.startswith("rates_")
            }
    except (OSError, KeyError, ValueError) as error:
        raise SourceError(f"{path} is not a fit that carerates saved: {error}.") from error
    if documents.get("format") != FORMAT:
        raise SourceError(
            f"{path} is of format {documents.get('format')!r}; this version of carerates reads {FORMAT!r}."
        )
    rates = _rebuilt_rates(columns, documents)
    if table_hash(rates) != documents["table_sha256"]:
        raise SourceError(f"{path} was changed after it was saved: its figures do not match their hash.")
    model = RateModel.from_json(documents["specification"])
    design = build_design(model, rates)
    shared = arrays["shared"].astype(float)
    local = arrays["own"].astype(float) if "own" in arrays else np.zeros((len(shared), design.shape[0], 0))
    if shared.shape[1] != len(design.shared_names) or local.shape[1:] != (
        design.shape[0],
        design.local.shape[1],
    ):
        raise SourceError(f"{path} does not fit its own specification; save it again with this version.")
    left_out = pd.DataFrame(
        json.loads(documents["left_out"]), columns=["area_code", "area_name", "year", "reason"]
    )
    left_out["year"] = left_out["year"].astype("Int64")
    return FittedRates(
        settings=model,
        rates=rates,
        design=design,
        posterior=Posterior(shared, local, spreads, int(documents["chains"])),
        diagnostics=Diagnostics.from_json(documents["diagnostics"]),
        engine=documents["engine"],
        seed=int(documents["seed"]),
        record=json.loads(documents["record"]),
        left_out=left_out,
        provenance=Provenance.from_dict(json.loads(documents["provenance"])),
    )


def dataset_of(fit: FittedRates, draws: RateDraws) -> Any:  # noqa: ANN401 - an xarray.Dataset
    """Return draws of rates as an ``xarray.Dataset`` with named coordinates."""
    try:
        import xarray
    except ImportError as error:
        raise MissingExtraError("bayes", "An xarray Dataset of draws") from error
    coordinates = {
        "draw": np.arange(len(draws.rates)),
        "area_code": list(draws.area_codes),
        "year": list(draws.years),
    }
    axes = ("draw", "area_code", "year")
    data = {"rate_per_10000": (axes, draws.rates), "population": (axes[1:], draws.population)}
    if draws.expected is not None:
        data["expected_rate_per_10000"] = (axes, draws.expected)
    return xarray.Dataset(
        data,
        coords=coordinates,
        attrs={
            "specification": fit.settings.to_json(),
            "engine": fit.engine,
            "seed": fit.seed,
            "gate": "passed" if fit.diagnostics.passed else "FAILED",
            "table_sha256": table_hash(fit.rates),
        },
    )


def _readers() -> tuple[Any, Any]:
    """Return the modules that read and write netCDF."""
    try:
        import h5netcdf
        import h5py
    except ImportError as error:
        raise MissingExtraError("bayes", "Saving and loading a fit") from error
    return h5netcdf, h5py


def _write(file: Any, name: str, dimensions: tuple[str, ...], data: Any, dtype: Any = None) -> None:  # noqa: ANN401
    """Write one variable."""
    values = np.array(data, dtype=object) if dtype is not None else np.asarray(data, dtype=float)
    variable = file.create_variable(name, dimensions, dtype=dtype or "f8")
    variable[...] = values


def _strings(file: Any, name: str) -> list[str]:  # noqa: ANN401
    """Read one variable of text."""
    return [one.decode() if isinstance(one, bytes) else str(one) for one in file[name][...]]


def _rebuilt_rates(columns: dict[str, Any], documents: dict[str, str]) -> RatesTable:
    """Make the rates table again from its columns."""
    frame = pd.DataFrame()
    for name, values in columns.items():
        if values.dtype.kind == "f":
            frame[name] = values
        else:
            text = pd.Series(
                [one.decode() if isinstance(one, bytes) else str(one) for one in values], dtype="str"
            )
            frame[name] = text.mask(text == "")
    factors = tuple(Factor(**one) for one in json.loads(documents["factors"]))
    provenance = Provenance.from_dict(json.loads(documents["rates_provenance"]))
    return RatesTable(frame, provenance, factors, documents["measure"])
