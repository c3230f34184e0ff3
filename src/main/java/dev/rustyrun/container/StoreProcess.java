package dev.rustyrun.container;

import dev.rustyrun.container.files.StoredTreeWork;
import dev.rustyrun.image.Digest;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.RoomReservation;
import dev.rustyrun.image.StoreLock;
import dev.rustyrun.image.StoredImage;
import dev.rustyrun.image.layer.LayerException;
import dev.rustyrun.image.layer.LayerLimits;
import dev.rustyrun.image.layer.LayerOwners;
import dev.rustyrun.image.layer.LayerStore;
import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.step.IdMapWriter;
import dev.rustyrun.step.IdMaps;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A process of this program that creates or removes files of the image store. For an ordinary user it runs in a user
 * namespace with the ids of the user's containers, because they own the files. It writes errors to its standard
 * output.
 */
public final class StoreProcess {

    /** The argument that starts such a process. */
    public static final String NAME = "store";

    static final String UNPACK = "unpack";
    static final String REMOVE = "remove";
    static final String RETAIN = "retain";

    private static final String FILES = "files";

    private static final String ALONE = "alone";
    private static final String MAPPED = "mapped";
    private static final String ROOT = "root";
    private static final byte READY = 0;
    private static final int MAX_MESSAGE = 8 * 1024;
    private static final int FAILED = 125;

    private final Linux linux;
    private final SelfExec self;

    public StoreProcess(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
    }

    /**
     * Runs a process for the task {@code work}.
     *
     * @throws InvalidSpecException when it fails
     */
    void perform(String work, String... words) {
        run(work, words, (input, output) -> {
            linux.writeAll(input.descriptor(), new byte[] {READY});
            return linux.readText(output.descriptor(), MAX_MESSAGE);
        });
    }

    /** Runs a process on the files of a container, and streams data to and from it; see {@link StoreStream}. */
    public void stream(InputStream in, OutputStream out, String... words) {
        run(FILES, words, (input, output) -> {
            linux.writeAll(input.descriptor(), new byte[] {READY});
            return new StoreStream(linux).exchange(input, output, in, out);
        });
    }

    private interface Exchange {
        /** Exchanges data with the process at the other ends; returns its error message, or an empty string. */
        String with(OpenFile input, OpenFile output);
    }

    private void run(String work, String[] words, Exchange exchange) {
        SubordinateIds ids = new SubordinateIds(linux);
        List<IdMapping> users = ids.users(linux.userId());
        List<IdMapping> groups = ids.groups(linux.userId(), linux.groupId());
        boolean alone = users.size() == 1 || groups.size() == 1;
        IdMaps maps =
                alone ? new IdMaps(users.subList(0, 1), groups.subList(0, 1), false) : new IdMaps(users, groups, true);
        String ownership = linux.isRoot() ? ROOT : alone ? ALONE : MAPPED;
        String argument = ownership + "\n" + work + "\n" + String.join("\n", words);
        int[] output = linux.pipe();
        int[] input = linux.pipe();
        int pid = 0;
        try (OpenFile ourInput = new OpenFile(linux, input[1]);
                OpenFile ourOutput = new OpenFile(linux, output[0])) {
            // These ends are closed here, so that a write to a process that has ended fails.
            try (OpenFile theirInput = new OpenFile(linux, input[0]);
                    OpenFile theirOutput = new OpenFile(linux, output[1])) {
                pid = self.startCommand(
                        linux, List.of(NAME, argument), theirInput.descriptor(), theirOutput.descriptor());
            }
            byte[] first = new byte[1];
            boolean waits = linux.read(ourOutput.descriptor(), first, 1) == 1 && first[0] == READY;
            if (waits && !ownership.equals(ROOT)) {
                new IdMapWriter(linux).write(pid, maps);
            }
            String message =
                    waits ? exchange.with(ourInput, ourOutput) : linux.readText(ourOutput.descriptor(), MAX_MESSAGE);
            int code = linux.await(pid).exitCode();
            pid = 0;
            if (code != 0) {
                throw new InvalidSpecException(
                        message.isEmpty() ? "the image store's process ended with " + code + ": try again" : message);
            }
        } finally {
            if (pid != 0) {
                linux.kill(pid, Signal.SIGKILL.number());
                linux.await(pid);
            }
        }
    }

    /** The main method of such a process; returns the exit status. */
    public static int perform(Linux linux, String argument) {
        try {
            linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
            String[] words = argument.split("\n", -1);
            if (!words[0].equals(ROOT)) {
                linux.unshare(CloneFlag.CLONE_NEWUSER.value());
            }
            linux.writeAll(1, new byte[] {READY});
            if (linux.read(0, new byte[1], 1) != 1) {
                return FAILED;
            }
            String[] rest = Arrays.copyOfRange(words, 2, words.length);
            if (words[1].equals(FILES)) {
                return StoreStream.serve(
                                linux,
                                (in, out) -> StoredTreeWork.perform(linux, !words[0].equals(ROOT), in, out, rest))
                        ? 0
                        : FAILED;
            }
            work(linux, words[0], words[1], rest);
            return 0;
        } catch (LayerException | InvalidSpecException | LinuxException e) {
            linux.writeAll(1, Printable.line(String.valueOf(e.getMessage())).getBytes(StandardCharsets.UTF_8));
            return FAILED;
        }
    }

    private static void work(Linux linux, String ownership, String work, String... words) {
        switch (work) {
            case UNPACK -> unpack(linux, ownership, words);
            case REMOVE -> ContainerLayers.remove(linux, words[0], words[1]);
            default ->
                new LayerStore(linux, Path.of(words[0])).retain(Set.of(Arrays.copyOfRange(words, 1, words.length)));
        }
    }

    /** The reservation of store space for unpacked layers; absent when the store has no limit. */
    private record Room(Optional<RoomReservation> reservation) implements AutoCloseable {

        static Room of(ImageStore images) {
            try {
                return new Room(images.room().reservation());
            } catch (IOException e) {
                throw new InvalidSpecException("cannot reserve space in the image store: " + e.getMessage());
            }
        }

        boolean take(long bytes) {
            return reservation.isEmpty() || reservation.get().take(bytes);
        }

        @Override
        public void close() {
            reservation.ifPresent(RoomReservation::close);
        }
    }

    private static void unpack(Linux linux, String ownership, String... words) {
        LayerOwners owners = ownership.equals(ROOT)
                ? LayerOwners.ROOT
                : ownership.equals(MAPPED) ? LayerOwners.MAPPED : LayerOwners.one(0, 0);
        ImageStore images = ImageStore.open(linux, Path.of(words[0]));
        try (StoreLock held = images.hold();
                Room room = Room.of(images)) {
            StoredImage image = images.find(Digest.parse(words[1]).toString())
                    .orElseThrow(() -> new InvalidSpecException("the image has just been removed"));
            new LayerStore(linux, images.layers())
                    .unpack(
                            image.layers().stream()
                                    .map(layer -> new LayerStore.Layer(
                                            layer.file(),
                                            layer.diffId().algorithm(),
                                            layer.diffId().hex()))
                                    .toList(),
                            owners,
                            LayerLimits.DEFAULT.within(room::take));
        }
    }
}
