# Figures, from the tables alone: one rule, and so one target, for each (`snakemake figure_3`).
for figure, plot in FIGURES.items():
    plot_script, tables_shown = plot(figure)

    rule:
        name:
            figure
        input:
            f"scripts/{plot_script}",
            library("plotting"),
            **tables_shown,
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
        resources:
            **request("figures"),
        params:
            made_from=made_from,
            plot_script=plot_script,
            activations=STUDY.activations,
            surrogates=STUDY.surrogates,
            training_sets=list(STUDY.data["training_sets"]),
            record=shown_experiment(figure).record if figure in STUDY.figures else None,
        script:
            "../../scripts/{params.plot_script}"
