package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packages that the release profile has built, used as by a user. */
@NativeOnly("the same code runs on a JVM, many times slower")
class PackagesIT {

    private static final Path FOLDER = Launcher.baseDirectory().resolve("target/release");

    @BeforeAll
    static void the_packages_exist() {
        Launcher.requireRoot();
        Assumptions.assumeTrue(
                Launcher.isNative() && Files.isDirectory(FOLDER),
                "there are no packages: ./mvnw verify -Dnative -Prelease makes them of a native executable");
    }

    @Test
    void the_debian_package_runs_containers_and_the_service_and_leaves_nothing() throws IOException {
        Launcher.Result result = Launcher.execute(
                        List.of(
                                "unshare",
                                "-m",
                                "src/test/packages/install-check",
                                made(".deb").toString(),
                                Launcher.debian().toRealPath().toString(),
                                Launcher.busybox().toRealPath().toString()),
                        "")
                .expect(0);
        List<String> said = result.out().lines().toList();
        assertTrue(said.get(0).startsWith("status: install ok installed"), result.out());
        for (String line : List.of(
                "differs: ",
                "spec: 1.3.0",
                "built: native",
                "container: rustyrun-container 1 ",
                "rootfs: rustyrun: rootfs get: unknown root file system \"plan9\": use busybox, debian or alpine",
                "service: rustyrun-container",
                "service's exit status: 0",
                "left: ",
                "gone: ")) {
            assertTrue(said.contains(line), () -> line + "\nnot in\n" + result.out() + result.err());
        }
        assertTrue(result.out().contains("rustyrun version " + version()), result.out());
    }

    @Test
    void the_archive_runs_where_it_is_unpacked(@TempDir Path folder) throws IOException {
        Launcher.execute(
                        List.of(
                                "tar",
                                "-xf",
                                made(".tar.gz").toString(),
                                "-C",
                                folder.toString(),
                                "--strip-components=1"),
                        "")
                .expect(0);
        Launcher.Result result = Launcher.execute(
                        List.of(
                                folder.resolve("rustyrun").toString(),
                                "run",
                                "--rootfs",
                                Launcher.busybox().toString(),
                                "--command",
                                "hostname"),
                        "")
                .expect(0);
        assertEquals("rustyrun-container\n", result.out());
        Launcher.execute(
                        List.of(
                                folder.resolve("rustyrun").toString(),
                                "rootfs",
                                "get",
                                "busybox",
                                folder.resolve("box").toString()),
                        "")
                .expect(0);
        assertTrue(Files.isExecutable(folder.resolve("box/bin/busybox")));
        for (String file : List.of(
                "LICENSE",
                "README.md",
                "docs/cli.md",
                "man/man1/rustyrun-run.1",
                "rustyrun.bash",
                "_rustyrun",
                "rustyrun.fish",
                "rustyrun.service",
                "rustyrun.cdx.json",
                "libjffi-1.2.so")) {
            assertTrue(Files.size(folder.resolve(file)) > 0, file);
        }
    }

    @Test
    void all_in_the_packages_belongs_to_root_and_has_the_same_time() throws IOException {
        String time =
                " " + inPom("project.build.outputTimestamp").substring(0, 16).replace('T', ' ');
        String tar = Launcher.execute(
                        List.of("tar", "--utc", "-tvf", made(".tar.gz").toString()), "")
                .expect(0)
                .out();
        String deb = Launcher.execute(List.of("dpkg-deb", "-c", made(".deb").toString()), "")
                .expect(0)
                .out();
        assertEquals(
                List.of(),
                Stream.concat(tar.lines(), deb.lines())
                        .filter(line -> !line.contains(" root/root ") || !line.contains(time))
                        .toList());
    }

    @Test
    void each_command_has_a_man_page_that_renders_without_warnings() throws IOException {
        List<String> man = new ArrayList<>(List.of("man", "--warnings", "-l"));
        List<String> pages = names(FOLDER.resolve("man"));
        for (String command : List.of("", "-run", "-serve", "-exec", "-doctor", "-host", "-host-logs")) {
            assertTrue(pages.contains("rustyrun" + command + ".1"), command);
        }
        pages.forEach(page -> man.add(FOLDER.resolve("man/" + page).toString()));
        Launcher.Result rendered = Launcher.execute(man, "").expect(0);
        assertEquals("", rendered.err());
        assertTrue(rendered.out().contains("rustyrun --host URL logs"), "the pages of the client");
        assertTrue(rendered.out().contains("-v, --volume=SRC:DST[:ro]"), "an option with brackets");
    }

    @Test
    void the_packages_have_the_completion_that_the_program_prints() throws IOException {
        for (List<String> shell : List.of(
                List.of("bash", "rustyrun.bash", "usr/share/bash-completion/completions/rustyrun"),
                List.of("zsh", "_rustyrun", "usr/share/zsh/vendor-completions/_rustyrun"),
                List.of("fish", "rustyrun.fish", "usr/share/fish/vendor_completions.d/rustyrun.fish"))) {
            String printed =
                    Launcher.rustyrun("completion", shell.get(0)).expect(0).out();
            assertEquals(printed, Files.readString(FOLDER.resolve(shell.get(1))));
            assertEquals(printed, Files.readString(FOLDER.resolve("deb/" + shell.get(2))));
        }
    }

    @Test
    void systemd_finds_nothing_wrong_with_the_unit(@TempDir Path folder) throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/systemd-analyze")), "systemd-analyze is not installed");
        Path unit = folder.resolve("rustyrun.service");
        Files.writeString(
                unit,
                Files.readString(Launcher.baseDirectory().resolve("src/release/rustyrun.service"))
                        .replace("/usr/bin/rustyrun ", Launcher.command().get(0) + " "));
        Launcher.Result result = Launcher.execute(List.of("systemd-analyze", "verify", "--man=no", unit.toString()), "")
                .expect(0);
        assertEquals("", result.out() + result.err());
    }

    @Test
    void lintian_finds_nothing_wrong_with_the_package() {
        Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/lintian")), "lintian is not installed");
        Launcher.Result result = Launcher.execute(
                        List.of(
                                "lintian",
                                "--allow-root",
                                "--fail-on",
                                "error,warning",
                                made(".deb").toString()),
                        "")
                .expect(0);
        assertEquals("", result.out());
    }

    @Test
    void the_bill_of_materials_names_what_is_in_the_executable() throws IOException {
        String bill = Files.readString(FOLDER.resolve("rustyrun.cdx.json"));
        assertTrue(bill.contains("pkg:maven/com.github.jnr/jnr-ffi@"), "jnr-ffi");
        assertTrue(bill.contains("pkg:maven/io.quarkus/quarkus-rest@"), "Quarkus REST");
        assertTrue(!bill.contains("archunit"), "libraries that only tests need are left out");
        assertTrue(!bill.contains("serialNumber"), "a serial number would differ in each build");
    }

    private static String version() throws IOException {
        return inPom("version");
    }

    /** The text of the first element of this name in pom.xml. */
    private static String inPom(String element) throws IOException {
        String pom = Files.readString(Launcher.baseDirectory().resolve("pom.xml"));
        return pom.substring(
                pom.indexOf("<" + element + ">") + element.length() + 2, pom.indexOf("</" + element + ">"));
    }

    private static Path made(String ending) {
        List<String> found =
                names(FOLDER).stream().filter(name -> name.endsWith(ending)).toList();
        assertEquals(1, found.size(), () -> ending + ": " + found);
        return FOLDER.resolve(found.get(0));
    }

    private static List<String> names(Path folder) {
        String[] names = folder.toFile().list();
        assertTrue(names != null, () -> folder + " is missing");
        List<String> sorted = new ArrayList<>(List.of(names));
        Collections.sort(sorted);
        return sorted;
    }
}
