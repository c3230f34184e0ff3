package dev.rustyrun;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The shape that keeps this readable: dependencies point downwards, and jnr stays at the bottom. */
class ArchitectureTest {

    private static final JavaClasses OURS =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.rustyrun");

    @Test
    void packages_depend_downwards_only() {
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("dev.rustyrun..")
                .layer("main").definedBy("dev.rustyrun")
                .layer("cli").definedBy("dev.rustyrun.cli..")
                .layer("http").definedBy("dev.rustyrun.http..")
                .layer("launch").definedBy("dev.rustyrun.launch..")
                .layer("rootfs").definedBy("dev.rustyrun.rootfs..")
                .layer("cgroup").definedBy("dev.rustyrun.cgroup..")
                .layer("plan").definedBy("dev.rustyrun.plan..")
                .layer("spec").definedBy("dev.rustyrun.spec..")
                .layer("linux").definedBy("dev.rustyrun.linux..")
                .whereLayer("main").mayNotBeAccessedByAnyLayer()
                .whereLayer("cli").mayOnlyBeAccessedByLayers("main")
                .whereLayer("http").mayNotBeAccessedByAnyLayer()
                .whereLayer("launch").mayOnlyBeAccessedByLayers("main", "cli", "http")
                .whereLayer("rootfs").mayOnlyBeAccessedByLayers("cli", "http")
                .whereLayer("cgroup").mayOnlyBeAccessedByLayers("cli", "http", "launch")
                .whereLayer("plan").mayOnlyBeAccessedByLayers("cli", "http", "launch")
                .whereLayer("spec").mayOnlyBeAccessedByLayers("cli", "http", "launch", "rootfs", "plan", "cgroup")
                .check(OURS);
    }

    @Test
    void only_the_namespace_core_knows_jnr() {
        noClasses().that().resideOutsideOfPackage("dev.rustyrun.linux..").should().dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi..").check(OURS);
    }

    @Test
    void a_stage_needs_neither_quarkus_nor_picocli() {
        noClasses().that().resideInAnyPackage("dev.rustyrun.launch..", "dev.rustyrun.plan..", "dev.rustyrun.spec..",
                "dev.rustyrun.cgroup..", "dev.rustyrun.linux..").should().dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "picocli..", "com.fasterxml..").check(OURS);
    }
}
