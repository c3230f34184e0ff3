package dev.rustyrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The table of docs/ordinary-users.md: which features work for which users. Needs root. For cgroup v2,
 * src/test/vm/cgroup2-checks does the same.
 */
@NativeOnly("a JVM cannot enter a user namespace")
class OrdinaryUsersIT {

    private static final String USER = "65534";

    private Path folder;
    private Path program;

    @BeforeEach
    void copyProgramAndRootfs() throws IOException {
        Launcher.requireRoot();
        folder = Files.createTempDirectory("rustyrun-it");
        program = Launcher.copyProgram(folder);
        Launcher.execute(
                        List.of(
                                "sh",
                                "-c",
                                "cp -a \"$1\" \"$0/other\"; mkdir \"$0/own\"; chown " + USER
                                        + " \"$0/own\"; chmod a+rx \"$0\"",
                                folder.toString(),
                                Launcher.busybox().toString()),
                        "")
                .expect(0);
    }

    @AfterEach
    void remove() {
        Host.expectNothingLeft("echo hello");
        Launcher.execute(List.of("rm", "-rf", folder.toString(), "/tmp/rustyrun-" + USER), "")
                .expect(0);
    }

    private void expectTable(String column, List<String> user) {
        List<String> command = new ArrayList<>(user);
        command.addAll(List.of(
                Launcher.baseDirectory()
                        .resolve("src/test/scripts/ordinary-users")
                        .toString(),
                Launcher.baseDirectory().resolve("docs/ordinary-users.md").toString(),
                column,
                program.toString(),
                folder.resolve("other").toString(),
                folder.resolve("own").toString()));
        Launcher.execute(command, "").expect(0);
    }

    @Test
    void root_may_do_what_the_table_says() {
        expectTable("root", List.of("env", "XDG_DATA_HOME=" + folder.resolve("data")));
    }

    @Test
    void an_ordinary_user_may_do_what_the_table_says_and_gets_a_reason_for_each_refusal() {
        expectTable("ordinary user", Launcher.asUser(USER, "-u", "XDG_DATA_HOME", "HOME=" + folder.resolve("own")));
    }
}
