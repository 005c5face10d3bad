"""What the values of a DAG's params must be like."""

from typing import Any, Dict, List

from couture.exceptions import AirflowException, ParamValidationError
from couture.parse.values import to_json

# Keywords whose meaning is not looked at when a run is triggered.
_UNCHECKED = frozenset({"$ref", "$dynamicRef", "dependentRequired", "dependentSchemas", "patternProperties", "unevaluatedProperties"})


def param_specs(dag: Any, is_scheduled: bool, warnings: List[str]) -> List[Dict[str, Any]]:
    """One for each param, in the order of the file; none where no param says more than its default.

    Raises AirflowException where the DAG runs by itself, and the defaults would not do for that.
    """
    found = []
    for name in dag.params:
        param = dag.params.get_param(name)
        made: Dict[str, Any] = {"name": name}
        if param.description:
            made["description"] = str(param.description)
        if param.schema:
            made["schema"] = to_json(param.schema)
        if not param.has_value:
            made["required"] = True
        unchecked = sorted(_UNCHECKED & made.get("schema", {}).keys())
        if unchecked:
            words = ", ".join(unchecked)
            warnings.append(f"param {name} of DAG {dag.dag_id}: {words} of its schema is not checked when a run is triggered")
        if is_scheduled:
            _check_default(dag, name, param)
        found.append(made)
    return found if any(len(made) > 1 for made in found) else []


def _check_default(dag: Any, name: str, param: Any) -> None:
    try:
        # A copy: what is looked at here must not become the value.
        param.__copy__().resolve()
    except ParamValidationError as error:
        raise AirflowException(
            f"DAG {dag.dag_id} has a schedule, and its param {name!r} cannot do without a run's conf: {error}; "
            "give it a default that fits, or set schedule=None"
        ) from None
