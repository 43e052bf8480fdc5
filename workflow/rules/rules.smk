# Every rule: `replication.rules` says what each makes, from what, of which settings.
for name in LAYOUT.rules:

    rule:
        name:
            name
        input:
            unpack(inputs_of(name)),
        output:
            **LAYOUT.outputs(name),
        log:
            LAYOUT.log(name),
        benchmark:
            LAYOUT.benchmark(name)
        conda:
            "../../environment.yml"
        resources:
            **LAYOUT.resources(name),
        params:
            script=LAYOUT.script(name),
            made_from=made_from(name),
            read_from=read_from(name),
            options=options_of(name),
        script:
            "../../scripts/{params.script}"

    # What `snakemake --list` says; in another workflow the rule has another name.
    workflow.get_rule(workflow.modifier.modify_rulename(name)).docstring = LAYOUT.description(name)
