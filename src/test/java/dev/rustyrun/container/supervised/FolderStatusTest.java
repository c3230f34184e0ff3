package dev.rustyrun.container.supervised;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStatusTest {

    @TempDir
    Path data;

    @Test
    void a_deleted_container_has_ended_for_its_followers() throws IOException {
        ContainerFolder folder = new ContainerFolder(data.resolve("0123456789ab"));
        Files.createDirectory(folder.path());
        assertEquals(ContainerStatus.CREATED, FolderStatus.of(Linux.host(), folder));
        folder.remove();
        assertTrue(FolderStatus.of(Linux.host(), folder).hasEnded());
    }
}
