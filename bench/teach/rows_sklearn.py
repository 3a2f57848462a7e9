"""Tables of scikit-learn as CSV, and its classifiers on the draws of `rows.measure.ts`.

rows_sklearn.py tables FOLDER          writes wine.csv and breast_cancer.csv
rows_sklearn.py peers DRAWS ANSWERS    reads the draws, writes the shares that are right
"""
import csv
import json
import sys

import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

# Defaults, but for the iterations that logistic regression would warn about and the forest's seed.
PEERS = {
    "LogisticRegression": lambda: LogisticRegression(max_iter=10_000),
    "KNeighbors": KNeighborsClassifier,
    "SVC": SVC,
    "RandomForest": lambda: RandomForestClassifier(random_state=0),
}


def write_tables(folder):
    for name, load in (("wine", load_wine), ("breast_cancer", load_breast_cancer)):
        data = load()
        with open(f"{folder}/{name}.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*data.feature_names, "label"])
            for row, label in zip(data.data, data.target):
                writer.writerow([*(repr(float(value)) for value in row), data.target_names[label]])


def answer(draws_path, answers_path):
    with open(draws_path) as file:
        sets = json.load(file)
    answers = []
    for case in sets:
        values, labels = np.array(case["values"], dtype=np.float32), np.array(case["labels"])
        shares = {name: [] for name in PEERS}
        for draw in case["draws"]:
            shown, tests = draw["shown"], draw["tests"]
            for name, make in PEERS.items():
                model = make_pipeline(StandardScaler(), make())
                model.fit(values[shown], labels[shown])
                shares[name].append(float(model.score(values[tests], labels[tests])))
        answers.append({"table": case["table"], "shown": case["shown"], **shares})
    with open(answers_path, "w") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    if sys.argv[1] == "tables":
        write_tables(sys.argv[2])
    else:
        answer(sys.argv[2], sys.argv[3])
