"""The code bricks that need nothing but Python, on samples. Arguments: the folder of the bricks, and a folder to work in."""

import csv
import os
import sys
from datetime import datetime

from airflow import DAG

BRICKS, WORK = sys.argv[1:]


def function(name: str):
    """The function of a brick, which is inserted into a DAG file."""
    names = {"dag": DAG("d", start_date=datetime(2026, 1, 1), schedule_interval=None)}
    with open(os.path.join(BRICKS, name + ".py")) as opened:
        exec(compile(opened.read(), name, "exec"), names)
    assert names["dag"].tasks, f"{name} adds no task"
    return names[name.replace("-", "_")]


def check(name: str, sources: dict, expected: list, **arguments) -> None:
    for file, lines in sources.items():
        with open(os.path.join(WORK, file), "w") as opened:
            opened.write("\n".join(lines) + "\n")
    target = os.path.join(WORK, "target.csv")
    paths = [os.path.join(WORK, file) for file in sources]
    function(name)(*paths, target, **arguments)
    with open(target, newline="") as opened:
        found = [",".join(row) for row in csv.reader(opened)]
    assert found == expected, f"{name}: {found}"


check(
    "compute-similarity-based-on-attributes",
    {"a.csv": ["x,red,big", "y,red,small", "z,blue"]},
    ["item,similar_item,score", "x,y,0.3333", "y,x,0.3333"],
)
VECTORS = {"v.csv": ["x,1,0", "y,1,1", "z,0,1"]}
check(
    "compute-similarity-based-on-feature-vectors",
    VECTORS,
    ["item,similar_item,score", "x,y,0.7071", "y,x,0.7071", "z,y,0.7071"],
    most=1,
)
check(
    "compute-similarity-based-on-latent-features",
    VECTORS,
    ["item,similar_item,distance", "x,y,1.0000", "y,x,1.0000", "z,y,1.0000"],
    most=1,
)
check(
    "generate-buckets-from-a-numerical-feature",
    {"n.csv": ["id,price", "a,1", "b,2", "c,3", "d,4", "e,none"]},
    ["id,price,price_bucket", "a,1,0", "b,2,0", "c,3,1", "d,4,1", "e,none,"],
    feature="price",
    buckets=2,
)
check(
    "filter-coherent-sessions-from-upi",
    {"u.csv": ["session,user,product,category", "1,u,p,c", "1,u,q,c", "1,u,r,d", "2,u,p,c"]},
    ["session,user,product,category", "1,u,p,c", "1,u,q,c", "1,u,r,d"],
)
INTERACTIONS = ["user,product,event", "u,p,view", "u,p,view", "u,q,view", "u,r,cart"]
check(
    "filter-intent-driven-interactions-from-upi",
    {"i.csv": INTERACTIONS},
    ["user,product,event", "u,p,view", "u,p,view", "u,r,cart"],
)
check(
    "determine-interacted-bricks-for-each-user",
    {"i.csv": INTERACTIONS, "b.csv": ["product,brick", "p,B1", "q,B2"]},
    ["user,brick,interactions", "u,B1,2", "u,B2,1"],
)

# Users 1 to 6 like one half of the items each, so items of a half have vectors that lie close together.
RATINGS = ["user,item,rating"]
for user in range(6):
    RATINGS += [f"{user},{item},{5 if (user % 2) == (item % 2) else 1}" for item in range(6)]
with open(os.path.join(WORK, "r.csv"), "w") as opened:
    opened.write("\n".join(RATINGS) + "\n")
vectors = os.path.join(WORK, "latent.csv")
function("generate-latent-features-for-items")(os.path.join(WORK, "r.csv"), vectors, features=3, rounds=200)
target = os.path.join(WORK, "near.csv")
function("compute-similarity-based-on-latent-features")(vectors, target, most=2)
with open(target, newline="") as opened:
    for row in csv.DictReader(opened):
        assert int(row["item"]) % 2 == int(row["similar_item"]) % 2, row
