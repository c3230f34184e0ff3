package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.step.StepFailure;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * This program, to be started later. Its folder may be removed or replaced until then: the executable of a running
 * process remains available as {@code /proc/self/exe}, and its library through an open descriptor. The library is never
 * looked up again by its path, because another user may have made a file there since.
 */
final class HeldProgram implements AutoCloseable {

    private final Linux linux;
    private final SelfExec self;
    private final Optional<OpenFile> library;
    /** The folder that the dynamic loader needs; it does not accept a descriptor. */
    private final Optional<String> folder;

    HeldProgram(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
        this.library = self.openLibrary(linux);
        this.folder = self.jdkLibraries();
    }

    /**
     * Starts a command to serve a container, and returns its process id.
     *
     * @param descriptors become its 0, 1 and so on; each is negative or at least {@link StageHost#FIRST_FREE}
     * @throws StepFailure when the program's files are missing
     */
    int startServing(List<String> words, int... descriptors) {
        if (library.isEmpty()) {
            self.missingFile().ifPresent(HeldProgram::refuse);
            return self.startServing(linux, words, descriptors);
        }
        if (folder.isPresent() && self.jdkLibraries().isEmpty()) {
            refuse(folder.get());
        }
        try (OpenFile given =
                new OpenFile(linux, linux.duplicateFrom(library.get().descriptor(), StageHost.FIRST_FREE))) {
            int[] all = Arrays.copyOf(descriptors, descriptors.length + 1);
            all[descriptors.length] = given.descriptor();
            return self.startServingWith(linux, descriptors.length, words, all);
        }
    }

    private static void refuse(String missing) {
        throw new StepFailure(missing + " is missing: the program was removed or replaced while the container ran;"
                + " start the container again");
    }

    @Override
    public void close() {
        library.ifPresent(OpenFile::close);
    }
}
