"""A self-evaluation by theme: invented questionnaires of four areas, one area before the others."""

from pathlib import Path

import numpy as np

import carerates as cr
from carerates.survey import evaluate_areas, self_evaluation

rng = np.random.default_rng(32)
folder = Path("questionnaires")
folder.mkdir(exist_ok=True)
empty = self_evaluation.write_workbook(folder / "empty.csv").read_text(encoding="utf-8-sig").splitlines()
files = []
for area in ("Cardiff", "Powys", "Swansea", "Wrexham"):
    level = rng.uniform(2.4, 3.8, 5)
    for person in range(7):
        rows = list(empty)
        for place, line in enumerate(rows):
            code = line.split(",")[0]
            if line.startswith("Local authority,"):
                rows[place] = f"Local authority,{area}"
            elif code in self_evaluation.CHARACTERISTICS:
                answer = int(np.clip(np.rint(rng.normal(level["ABCDE".index(code[0])], 0.9)), 1, 5))
                rows[place] = f"{code},,,{answer}"
        files.append(folder / f"{area}_{person}.csv")
        files[-1].write_text("\n".join(rows), encoding="utf-8")
responses = self_evaluation.read_workbooks(files)
ax = cr.plot(evaluate_areas(responses), area="Powys", headline="An invented self-evaluation")
ax.figure.savefig("self_evaluation.png", dpi=150)
welsh = evaluate_areas(responses, lang="cy")
ax = cr.plot(welsh, area="Powys", headline="Hunanwerthusiad dychmygol", lang="cy")
ax.figure.savefig("self_evaluation_cy.png", dpi=150)
