package dev.rustyrun;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The shape that keeps this readable: dependencies point downwards, and jnr stays at the bottom. */
class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.rustyrun");

    @Test
    void packages_depend_downwards_only() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.rustyrun..")
                .layer("main")
                .definedBy("dev.rustyrun")
                .layer("cli")
                .definedBy("dev.rustyrun.cli..")
                .layer("client")
                .definedBy("dev.rustyrun.client..")
                .layer("http")
                .definedBy("dev.rustyrun.http..")
                .layer("doctor")
                .definedBy("dev.rustyrun.doctor..")
                .layer("container")
                .definedBy("dev.rustyrun.container..")
                .layer("oci")
                .definedBy("dev.rustyrun.oci..")
                .layer("rootfs")
                .definedBy("dev.rustyrun.rootfs..")
                .layer("launch")
                .definedBy("dev.rustyrun.launch..")
                .layer("seccomp")
                .definedBy("dev.rustyrun.seccomp..")
                .layer("cgroup")
                .definedBy("dev.rustyrun.cgroup..")
                .layer("plan")
                .definedBy("dev.rustyrun.plan..")
                .layer("spec")
                .definedBy("dev.rustyrun.spec..")
                .layer("linux")
                .definedBy("dev.rustyrun.linux..")
                .whereLayer("main")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("main")
                .whereLayer("client")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("http")
                .mayOnlyBeAccessedByLayers("main", "cli")
                .whereLayer("doctor")
                .mayOnlyBeAccessedByLayers("cli", "http")
                .whereLayer("container")
                .mayOnlyBeAccessedByLayers("cli", "http")
                .whereLayer("oci")
                .mayOnlyBeAccessedByLayers("cli", "http", "container")
                .whereLayer("rootfs")
                .mayOnlyBeAccessedByLayers("cli", "http", "container")
                .whereLayer("launch")
                .mayOnlyBeAccessedByLayers("main", "cli", "client", "http", "container")
                .whereLayer("seccomp")
                .mayOnlyBeAccessedByLayers("container")
                .whereLayer("cgroup")
                .mayOnlyBeAccessedByLayers("container", "cli", "http")
                .whereLayer("plan")
                .mayOnlyBeAccessedByLayers("cli", "http", "container", "launch")
                .whereLayer("spec")
                .mayOnlyBeAccessedByLayers(
                        "cli", "http", "container", "oci", "launch", "rootfs", "seccomp", "cgroup", "plan")
                .withOptionalLayers(true)
                .check(OURS);
    }

    @Test
    void only_the_namespace_core_knows_jnr() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.rustyrun.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi..")
                .check(OURS);
    }

    @Test
    void a_stage_needs_neither_quarkus_nor_picocli() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.rustyrun.launch..", "dev.rustyrun.plan..", "dev.rustyrun.spec..", "dev.rustyrun.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "picocli..", "com.fasterxml..")
                .check(OURS);
    }
}
