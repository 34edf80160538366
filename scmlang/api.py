"""The Python API: a model file as an object.

>>> import scmlang
>>> model = scmlang.loads('''
... model Chain
... X, Y: binary
... X -> Y
... ''')
>>> model.name, model.variables
('Chain', ('X', 'Y'))
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from scmlang.compiler import Compilation, open_artefact

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    import networkx as nx

    from scmlang.answers import Answer
    from scmlang.diagram.independencies import ConditionalIndependence
    from scmlang.estimates import Estimate
    from scmlang.falsify.falsification import Falsification
    from scmlang.graph import Graph
    from scmlang.identify.result import Identification
    from scmlang.neural.query import EditAnswer
    from scmlang.neural.summary import Summary
    from scmlang.train.progress import Progress
    from scmlang.train.runs import Run
    from scmlang.train.session import Training

RUNS = Path("runs")


class Model:
    """A checked model; made by :func:`load`, :func:`loads` or :func:`from_networkx`.

    Attributes:
        compilation: the pipeline behind it, every phase a cached property.
    """

    def __init__(self, compilation: Compilation) -> None:
        self.compilation = compilation
        self._checked = compilation.model

    @property
    def name(self) -> str:
        """The model's name."""
        return self._checked.name

    @property
    def variables(self) -> tuple[str, ...]:
        """The observed variables, in order of declaration."""
        return tuple(variable.name for variable in self._checked.observed)

    def graph(
        self,
        *,
        do: str | Sequence[str] = (),
        latent: bool = False,
        exogenous: bool = False,
        direction: str = "right",
    ) -> Graph:
        """The diagram as a picture, shown as such by notebooks; ``.svg`` is its text.

        Args:
            do: interventions, ``"X=1"`` or ``"do(X=1)"``, whose cut arrows are shown.
            latent: show latent variables; without, the diagram is the latent projection.
            exogenous: show the exogenous variables that the file names.
            direction: ``"right"`` or ``"down"``, where effects lie.

        Raises:
            ScmError: for an intervention that the model does not have, and on what is not shown.
            ValueError: for another direction.
        """
        from scmlang.graph import Graph

        words = (do,) if isinstance(do, str) else tuple(do)
        return Graph(self.compilation, words, latent, exogenous, direction)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What notebooks show: the picture of the diagram where it can be drawn, and a line of text."""
        picture = self._repr_html_()
        return {"text/plain": repr(self)} | ({} if picture is None else {"image/svg+xml": picture})

    def _repr_html_(self) -> str | None:
        return self.graph()._repr_svg_()

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The diagram over the endogenous variables as a graph of NetworkX.

        Nodes are in order of declaration and have ``latent`` (bool) and, where they have one, ``domain``
        (text, as the language writes it). Edges have ``bidirected`` (bool); a bidirected edge is one edge.
        Equations, mechanisms, exogenous variables and queries are not in it.
        """
        from scmlang.exchange.networkx_graph import to_networkx

        return to_networkx(self._checked)

    def identify(
        self, text: str, *, experiments: str | Sequence[str] = (), observed: bool = True
    ) -> Identification:
        """Whether the diagram and the data determine a query, by what formula, or why not.

        Args:
            text: a query, such as ``"P(Y | do(X))"``, or the name of one in the file.
            experiments: ``"do(Z)"`` or several of them: all observed variables while some were held, at each
                of their values.
            observed: whether there is observation, P(V), beside the experiments.

        Raises:
            ScmError: for mistakes in the query, E320 and E322 for those in an experiment, E323 without data.
        """
        held = (experiments,) if isinstance(experiments, str) else tuple(experiments)
        return self.compilation.identify(text, held, observed=observed)

    def bound(
        self,
        text: str,
        data: str | Path | None = None,
        *,
        experiments: Mapping[str, str | Path | None] | Sequence[str] = (),
        monotone: Sequence[tuple[str, str]] = (),
        within: float = 0.0,
    ) -> Answer:
        """The interval that holds a query, whatever the model of the diagram behind the data.

        Args:
            text: a query, or the name of one in the file.
            data: a CSV file; without one the model's own distribution, which needs every equation.
            experiments: ``"do(Z)"`` or several of them; a mapping gives each its CSV file.
            monotone: pairs (cause, effect): the effect never falls as the cause rises, all else alike; beside
                what the model declares.
            within: how far each known probability of a response may be off.

        Raises:
            ScmError: for mistakes in the query, E350 where the data contradict the diagram, E351 to E355 for
                what has no bounds.
        """
        from scmlang.bounded import Known, bounded
        from scmlang.identify.ask import read_experiment

        model = self._checked
        files = experiments if isinstance(experiments, Mapping) else dict.fromkeys(experiments)
        held = tuple(
            (tuple(sorted(read_experiment(words, model))), None if path is None else Path(path))
            for words, path in files.items()
        )
        known = Known(None if data is None else Path(data), held, tuple(monotone), within)
        return bounded(model, text, known)

    def estimate(
        self,
        text: str,
        data: str | Path | Mapping[str, Sequence[object]] | None = None,
        *,
        experiments: Mapping[str, str | Path | Mapping[str, Sequence[object]]] | None = None,
        method: str = "auto",
        resamples: int = 1000,
        level: float = 0.95,
        smoothing: float = 0.0,
        folds: int = 5,
        seed: int = 0,
    ) -> Estimate:
        """Estimate a query from data, where the diagram makes it identifiable.

        Args:
            text: a quantity, such as ``"ATE(X, Y)"``, or the name of one in the file.
            data: a CSV file, or columns by name, such as a data frame's ``to_dict("list")``; none where
                experiments are enough.
            experiments: the table of each, such as ``{"do(Z)": "experiment.csv"}``, in which Z has a column.
            method: ``"plug-in"``, ``"doubly-robust"``, or ``"auto"``, the first wherever all variables have
                levels.
            resamples: of the bootstrap, for relative frequencies.
            level: of the intervals.
            smoothing: a pseudo-count of every configuration, for relative frequencies.
            folds: of cross-fitting, for the doubly robust estimator.
            seed: of every random draw.

        Raises:
            ScmError: for mistakes in the query and the experiments; E331 to E341 for what cannot be
                estimated; E122 to E126 for the data.
            ValueError: for no such method.
            TypeError: for neither data nor experiments.
        """
        if data is None and not experiments:
            raise TypeError("give data, experiments or both")
        from scmlang.estimates import Method, Options, estimate_query, open_table

        options = Options(Method(method), resamples, level, seed, smoothing, folds)
        observed = None if data is None else open_table(data)
        tables = [(held, open_table(table)) for held, table in (experiments or {}).items()]
        return estimate_query(self.compilation, text, observed, options, tables)

    def independencies(self, basis: str = "local") -> tuple[ConditionalIndependence, ...]:
        """The conditional independencies that the diagram implies among the observed variables.

        Args:
            basis: ``"local"``, few from which all others follow; ``"pairs"``, one for each missing edge;
                ``"all"``, every pair with every set that separates it.

        Raises:
            ScmError: E300 for too many.
            ValueError: for no such basis.
        """
        from scmlang.diagram.independencies import Basis, independencies

        return independencies(self.compilation.diagram, Basis(basis))

    def falsify(
        self,
        data: str | Path | Mapping[str, Sequence[object]],
        *,
        basis: str = "pairs",
        alpha: float = 0.05,
        correction: str = "holm",
        discrete: str = "g",
        continuous: str = "gcm",
        drop_missing: bool = False,
        seed: int = 0,
    ) -> Falsification:
        """Test what the diagram implies against data.

        Args:
            data: a CSV file, or columns by name, such as a data frame's ``to_dict("list")``.
            basis: what is tested, as in :meth:`independencies`.
            alpha: the level of all tests together.
            correction: ``"holm"`` for the family-wise error rate, ``"bh"`` or ``"by"`` for false discoveries.
            discrete: ``"g"`` or ``"pearson"``, where all variables are categorical.
            continuous: ``"gcm"`` or ``"linear"``, where one is a number.
            drop_missing: leave out rows with missing cells.
            seed: of every random draw.

        Raises:
            ScmError: E122 to E126 and E301 for the data, E300 for too many independencies.
            ValueError: for an option that there is not, and a level that is not between 0 and 1.
        """
        from scmlang.diagram.independencies import Basis
        from scmlang.estimates import open_table
        from scmlang.falsify.columns import read_data
        from scmlang.falsify.continuous import Continuous
        from scmlang.falsify.discrete import Discrete
        from scmlang.falsify.falsification import Settings, falsify
        from scmlang.falsify.multiplicity import Correction

        tests = Discrete(discrete), Continuous(continuous)
        settings = Settings(Basis(basis), alpha, Correction(correction), *tests, seed)
        table = read_data(open_table(data), self._checked, drop_missing=drop_missing)
        return falsify(self.compilation.diagram, table, settings)

    def compile(self, recipe: str | Path = "cpu", overrides: Sequence[str] = ()) -> Summary:
        """What the model compiles to under a recipe: mechanisms, parameters, memory, cost. Needs no data.

        Raises:
            ScmError: for what cannot be built, and for a mistaken recipe.
        """
        from scmlang.mechanisms.build import build_model
        from scmlang.neural.summary import summarise
        from scmlang.train.autoencoder import sized
        from scmlang.train.loading import load_recipe
        from scmlang.train.settings import neural_settings

        plan = self.compilation.plan
        settings = neural_settings(sized(load_recipe(recipe, overrides), plan), plan)
        return summarise(plan, settings, build_model)

    def train(
        self,
        data: str | Path,
        recipe: str | Path = "cpu",
        *,
        overrides: Sequence[str] = (),
        runs: str | Path = RUNS,
        listen: Callable[[Progress], None] = lambda progress: None,
    ) -> Run:
        """Train on a data folder and return the run.

        Args:
            data: an image folder, see ``docs/data.md``, or shards, see ``docs/scaling.md``.
            recipe: a recipe's name or path.
            overrides: ``"group.key=value"`` each.
            runs: where run folders are kept.
            listen: called with the progress every ``train.log_every`` steps.

        Raises:
            ScmError: for mistakes in the data or the recipe, before any training.
        """
        with self.training(data, recipe, overrides=overrides, runs=runs) as training:
            for progress in training:
                listen(progress)
        return training.run

    @contextmanager
    def training(
        self,
        data: str | Path,
        recipe: str | Path = "cpu",
        *,
        overrides: Sequence[str] = (),
        runs: str | Path = RUNS,
    ) -> Iterator[Training]:
        """A training to iterate over, or to take the objective and the batches from: a context manager.

        ::

            with model.training("data") as training:
                for progress in training:
                    print(progress.step, progress.loss)

        Arguments and errors are those of :meth:`train`; the run is made when the context is entered, and
        locked until it is left. See ``docs/extending.md``.
        """
        from scmlang.data.shards import read_data
        from scmlang.train.loading import load_recipe
        from scmlang.train.session import open_training, start_run

        loaded, plan = load_recipe(recipe, overrides), self.compilation.plan
        dataset = read_data(Path(data), self._checked)
        run = start_run(Path(runs), self._checked, plan, loaded, Path(data))
        with open_training(run, plan, dataset) as training:
            yield training

    @property
    def queries(self) -> dict[str, str]:
        """The named queries of the file, each of which :meth:`query` takes by its name."""
        return dict(self._checked.queries)

    @overload
    def query(
        self,
        text: str,
        *,
        run: str | Path | Run,
        images: Sequence[str | Path] = ...,
        given: Mapping[str, str | int | float | bool] | None = ...,
        samples: int | None = ...,
        seed: int = ...,
        steps: int | None = ...,
        guidance: Mapping[str, float] | None = ...,
        method: str = ...,
        units: int = ...,
    ) -> EditAnswer | Any: ...

    # What is answered, and whether the newest run is asked, depends on the text, and nobody should have to
    # tell these apart.
    @overload
    def query(
        self,
        text: str,
        *,
        exact: bool = ...,
        method: str = ...,
        units: int = ...,
        runs: str | Path | None = ...,
        images: Sequence[str | Path] = ...,
        given: Mapping[str, str | int | float | bool] | None = ...,
        samples: int | None = ...,
        seed: int = ...,
        steps: int | None = ...,
        guidance: Mapping[str, float] | None = ...,
    ) -> Answer | Any: ...

    def query(
        self,
        text: str,
        *,
        exact: bool = False,
        method: str = "auto",
        units: int = 100_000,
        run: str | Path | Run | None = None,
        runs: str | Path | None = None,
        images: Sequence[str | Path] = (),
        given: Mapping[str, str | int | float | bool] | None = None,
        samples: int | None = None,
        seed: int = 0,
        steps: int | None = None,
        guidance: Mapping[str, float] | None = None,
    ) -> Answer | EditAnswer:
        """Answer a query: from the model itself, or, where pictures are edited, with a trained run.

        A probability, an expectation or an effect is answered from the model, and so is ``do(X=1)`` where
        every variable has an equation. A run is asked for the edit of pictures, ``I[C=green] | I``, for
        ``do(C=1)`` of a model with something to learn, and wherever a keyword says so: numbers about labels
        it answers too, as it has learned them.

        Args:
            text: such as ``P(Y[X=1]=1 | X=0)``, or the name of a query in the file.
            exact: fractions in the place of floats.
            method: ``"exact"``, ``"sample"``, or ``"auto"``, which samples only where nothing is exact.
            units: how many to sample.
            run: a run or its folder; the model's newest one under ``runs`` by default.
            runs: where run folders are kept; ``runs`` by default.
            images: picture files; the first eight test images of the run's data by default.
            given: levels or values of labels of the pictures; the others are recognised.
            samples: posterior draws per image.
            seed: of every random draw.
            steps: sampling steps; the recipe's by default.
            guidance: scale by changed label; the recipe's by default.

        Raises:
            ScmError: for a mistaken query, for what has no answer
                (see :func:`scmlang.answers.answer_exactly`), for a missing run, for unreadable pictures.
            TypeError: for ``exact`` of a run or of what is sampled, and for ``method`` of edited pictures.
            ValueError: for another method.
        """
        asks_run = (
            run is not None or runs is not None or bool(images or given or guidance) or steps is not None
        )
        if not asks_run and not self._edits(text):
            from scmlang.sampled import Method, answer_model

            if exact and Method(method) is Method.sample:
                raise TypeError("what is sampled is not exact")
            return answer_model(self._checked, text, Method(method), exact=exact, units=units, seed=seed)
        if exact:
            raise TypeError("exact is for answers from equations, and what was learned is not rational")
        if method != "auto" and self._edits(text) and any(v.is_image for v in self._checked.observed):
            raise TypeError("method is for numbers, and this asks for edited pictures")
        from scmlang.label_answers import with_labels
        from scmlang.learned.answer import answer_learned, asks_for_pictures
        from scmlang.query import QueryOptions, answer_query
        from scmlang.semantics.queries import read_act
        from scmlang.train.runs import Run, newest_run, open_run

        if run is None:
            run = newest_run(RUNS if runs is None else Path(runs), self.name)
        elif not isinstance(run, Run):
            run = open_run(Path(run))
        options = QueryOptions(
            images=tuple(Path(image) for image in images),
            given={name: _typed(value) for name, value in (given or {}).items()},
            samples=1 if samples is None else samples,
            seed=seed,
            steps=steps,
            guidance={name: str(scale) for name, scale in (guidance or {}).items()},
        )
        artefact = open_artefact(run)
        if not asks_for_pictures(artefact, text):
            from scmlang.sampled import Method

            return answer_learned(artefact, text, Method(method), units=units, seed=seed)
        answer = answer_query(artefact, text, options)
        return with_labels(answer, artefact, read_act(text, artefact.causal_model).numbers)

    def _edits(self, text: str) -> bool:
        """Whether a query asks for edited pictures."""
        from scmlang.semantics.queries import Edit, Intervention

        query = self.compilation.query(text)
        open_ = not self._checked.is_fully_specified
        return isinstance(query, Edit) or (open_ and isinstance(query, Intervention))


def _typed(value: object) -> str:
    """A Python value as files write it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def load(path: str | Path) -> Model:
    """Read and check a model file.

    Raises:
        ScmError: every problem of the file, in ``.diagnostics``.
    """
    return Model(Compilation.from_file(path))


def loads(text: str) -> Model:
    """Check a model given as text.

    Raises:
        ScmError: every problem of the text, in ``.diagnostics``.
    """
    return Model(Compilation.from_text(text))


def from_networkx(
    graph: nx.Graph[Any],
    *,
    bidirected: Iterable[tuple[Hashable, Hashable]] = (),
    latent: Iterable[Hashable] = (),
    domain: str | None = None,
) -> Model:
    """The model of a NetworkX graph, and the inverse of :meth:`Model.to_networkx`.

    An edge of a directed graph is a direct cause; one with ``bidirected=True``, of whatever graph and in
    whichever direction, stands for a hidden common cause. A node with ``latent=True`` is latent, and
    ``domain`` is its domain as the language writes it. Without any domain the model is a bare diagram;
    where some nodes have one, the others are binary. Nodes are called by their ``str``.

    Args:
        graph: of any of NetworkX's classes.
        bidirected: further pairs of nodes with a hidden common cause, for graphs without attributes.
        latent: further latent nodes.
        domain: of the nodes that have none.

    Raises:
        ScmError: E250 to E257, for a graph that is no causal diagram: a cycle, an undirected edge, two
            nodes of one name.
        TypeError: when it is no graph of NetworkX.

    Warns:
        UserWarning: for every node that is renamed and every domain that is assumed.
    """
    import networkx as nx

    from scmlang.exchange.convert import read_default
    from scmlang.exchange.networkx_graph import read_graph
    from scmlang.exchange.text import to_text
    from scmlang.source import Source

    if not isinstance(graph, nx.Graph):
        raise TypeError(f"a graph of NetworkX is wanted, not {type(graph).__name__}")
    sketch = read_graph(graph, Source("<networkx>", ""), bidirected, latent)
    text = to_text(sketch, read_default(domain))
    for warning in sketch.warnings:
        warnings.warn(warning.message, stacklevel=2)
    return Model(Compilation.from_text(text, "<networkx>"))
