# Figures, from the tables alone: one rule, and so one target, for each (`snakemake figure_3`).
def shown(figure, *names):
    """Tables of the experiment that a figure shows, by name."""
    files = table_files(STUDY.experiments[STUDY.figures[figure]])
    return {name: files[name] for name in names}


def shown_training_set(figure):
    experiment = STUDY.experiments[STUDY.figures[figure]]
    return {"training_set": TRAINING_SET.format(training_set=experiment.training_set)}


def plot(plot_script, **plotted):
    """The script that draws a figure, and the tables that it reads."""
    return plot_script, plotted


FIGURES = {
    "figure_b1": plot(
        "plot_target.py",
        grid=GRID,
        training_sets=expand(TRAINING_SET, training_set=STUDY.data["training_sets"]),
    ),
    **{figure: plot("plot_kernels.py", **shown(figure, "kernels")) for figure in ("figure_1", "figure_2")},
    **{
        figure: plot(
            "plot_ensembles.py",
            **shown(figure, "outputs", "ensemble", "predictions"),
            **shown_training_set(figure),
        )
        for figure in ("figure_3", "figure_b2")
    },
    **{figure: plot("plot_convergence.py", **shown(figure, "kernel_mse")) for figure in ("figure_b3", "figure_b4")},
}


def figure_files(figure):
    return multiext(f"{RESULTS}/figures/{figure}", ".pdf", ".png")


for figure, (plot_script, plotted) in FIGURES.items():

    rule:
        name:
            figure
        input:
            f"scripts/{plot_script}",
            library("plotting"),
            **plotted,
        output:
            pdf=figure_files(figure)[0],
            png=report(
                figure_files(figure)[1],
                caption=f"../report/{figure}.rst",
                category="Figures",
            ),
        log:
            f"{RESULTS}/logs/{figure}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{figure}.tsv"
        conda:
            "../../environment.yml"
        params:
            plot_script=plot_script,
            activations=STUDY.activations,
            training_sets=list(STUDY.data["training_sets"]),
            record=(STUDY.experiments[STUDY.figures[figure]].record if figure in STUDY.figures else None),
        script:
            "../../scripts/{params.plot_script}"
