package dev.rustyrun;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks the dependencies between packages: each package knows only those below it, and jnr is used by the lowest one
 * only.
 */
class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.rustyrun");

    private static final String ROOT = "dev.rustyrun";

    /** The packages of the design, and the packages that each may depend on. */
    private static final Map<String, Set<String>> KNOWS = Map.ofEntries(
            Map.entry("linux", Set.of()),
            Map.entry("spec", Set.of("linux")),
            Map.entry("oci", Set.of("spec")),
            Map.entry("step", Set.of("spec", "linux")),
            Map.entry("plan", Set.of("step", "spec")),
            Map.entry("stage", Set.of("plan", "step", "spec", "linux")),
            Map.entry("cgroup", Set.of("spec", "linux")),
            Map.entry("seccomp", Set.of("spec", "linux")),
            Map.entry("image", Set.of("spec", "linux")),
            Map.entry("network", Set.of("spec", "linux")),
            Map.entry("request", Set.of("spec", "network")),
            Map.entry(
                    "container",
                    Set.of("linux", "spec", "oci", "step", "plan", "stage", "cgroup", "seccomp", "image", "network")),
            Map.entry("engine", Set.of("container", "image", "request", "spec")),
            // Command line and HTTP use the engine's types: requests, and the values in them.
            Map.entry("cli", Set.of("engine", "request", "spec", "doctor")),
            Map.entry("http", Set.of("engine", "request", "spec", "doctor")),
            Map.entry("doctor", Set.of("linux")),
            // What runs in the native image builder.
            Map.entry("builder", Set.of()),
            // The class with main, which decides between a stage, another process of a container, and a command.
            Map.entry("main", Set.of("cli", "http", "engine", "container", "stage", "network", "linux")));

    /** Current packages that have another name in the design, by their current name. */
    private static final Map<String, String> RENAMED = Map.of("rootfs", "image", "client", "engine", "", "main");

    @Test
    void each_package_depends_only_on_those_that_the_design_allows() {
        assertEquals(
                Set.of(),
                violations(),
                "these classes know a package that the design does not let them know (ArchitectureTest.KNOWS);"
                        + " put what they do where it belongs");
    }

    private static Set<String> violations() {
        Set<String> found = new TreeSet<>();
        for (JavaClass from : OURS) {
            String row = row(from);
            assertTrue(KNOWS.containsKey(row), from.getName() + " is in a package that the design does not have");
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(to -> isOurs(to))
                    .map(ArchitectureTest::row)
                    .filter(to -> !to.equals(row) && !KNOWS.get(row).contains(to))
                    .forEach(to -> found.add(row + ": " + outermost(from) + " -> " + to));
        }
        return found;
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
    }

    /** The package in the design to which {@code type} belongs or will belong. */
    private static String row(JavaClass type) {
        List<String> parts = List.of(type.getPackageName().split("\\."));
        String today = parts.size() > 2 ? parts.get(2) : "";
        return RENAMED.getOrDefault(today, today);
    }

    private static String outermost(JavaClass type) {
        String name = type.getName().substring(type.getPackageName().length() + 1);
        return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
    }

    @Test
    void package_dependencies_have_no_cycles() {
        KNOWS.keySet().forEach(row -> below(row, List.of()));
    }

    private static void below(String row, List<String> way) {
        assertTrue(!way.contains(row), "a cycle: " + way + " " + row);
        List<String> longer = Stream.concat(way.stream(), Stream.of(row)).toList();
        KNOWS.get(row).forEach(next -> below(next, longer));
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
                        "dev.rustyrun.stage..",
                        "dev.rustyrun.plan..",
                        "dev.rustyrun.step..",
                        "dev.rustyrun.spec..",
                        "dev.rustyrun.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "picocli..", "com.fasterxml..")
                .check(OURS);
    }

    @Test
    void the_packages_of_containers_do_not_depend_on_an_interface() {
        noClasses()
                .that()
                .resideInAPackage("dev.rustyrun.container..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..", "io.vertx..", "io.smallrye..", "jakarta..", "org.eclipse..", "picocli..")
                .check(OURS);
    }

    @Test
    void the_work_of_a_service_does_not_depend_on_http() {
        noClasses()
                .that()
                .resideInAPackage("dev.rustyrun.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "jakarta.ws..",
                        "io.vertx..",
                        "io.smallrye.mutiny..",
                        "io.quarkus.websockets..",
                        "io.quarkus.vertx..")
                .check(OURS);
    }
}
