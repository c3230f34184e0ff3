package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.ProjectKernel;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A container's storage size is enforced by the project quota of its own project id. */
class LayerQuotaTest {

    private static final int FOLDER = 5;

    private static void limit(ProjectKernel kernel) {
        Linux linux = kernel.linux();
        new LayerQuota(linux).limit(new OpenFile(linux, FOLDER), "/store", 1_000_000);
    }

    private static void free(ProjectKernel kernel) {
        LayerQuota.free(kernel.linux(), new OpenFile(kernel.linux(), FOLDER));
    }

    @Test
    void a_layer_gets_a_project_of_its_own_with_a_limit_and_gives_both_back() {
        ProjectKernel kernel = new ProjectKernel(true);
        limit(kernel);
        assertTrue(kernel.project() >= 1 << 30, "no number that others use");
        assertTrue(kernel.inherits());
        assertEquals(Map.of(kernel.project(), 977L), kernel.limits());
        free(kernel);
        assertEquals(Map.of(), kernel.limits());
        free(kernel);
    }

    @Test
    void two_that_find_the_same_project_free_do_not_share_it() {
        ProjectKernel kernel = new ProjectKernel(true).colliding();
        limit(kernel);
        assertNotEquals(0, kernel.collided());
        assertNotEquals(kernel.collided(), kernel.project());
        assertEquals(Map.of(kernel.project(), 977L), kernel.limits());
    }

    @Test
    void a_file_system_without_project_quotas_is_refused_in_a_line_that_says_what_to_do() {
        String line = assertThrows(InvalidSpecException.class, () -> limit(new ProjectKernel(false)))
                .getMessage();
        assertEquals(
                "--storage-size: the file system of /store has no project quotas (ext4 or xfs mounted with prjquota);"
                        + " --ephemeral=SIZE limits what is written, in memory",
                line);
    }

    @Test
    void one_that_is_killed_before_the_limit_is_there_leaves_nothing_once_its_folder_is_removed() {
        ProjectKernel kernel = new ProjectKernel(true);
        assertThrows(LinuxException.class, () -> limit(kernel.failing()));
        assertNotEquals(0, kernel.project());
        assertEquals(Map.of(), kernel.limits());
    }

    @Test
    void the_project_of_an_administrator_is_left_alone() {
        ProjectKernel kernel = new ProjectKernel(true);
        kernel.linux().setProject(FOLDER, 7);
        kernel.linux().limitProject(FOLDER, 7, 4096);
        free(kernel);
        assertEquals(Map.of(7, 4L), kernel.limits());
    }
}
