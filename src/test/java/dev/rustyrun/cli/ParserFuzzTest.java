package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.LaunchSpec;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecValidator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Parsers of option values either accept a text or refuse it with a message. */
class ParserFuzzTest {

    /** The parsed value, or empty if it was refused; any exception but InvalidSpecException fails the property. */
    private static <T> Optional<T> understood(Supplier<T> parser) {
        try {
            return Optional.of(parser.get());
        } catch (InvalidSpecException refused) {
            assertFalse(refused.getMessage().isBlank());
            return Optional.empty();
        }
    }

    private static void expectMountOrRefusal(Supplier<Spec.Mount> parser) {
        understood(parser)
                .ifPresent(mount -> understood(() -> {
                    Spec spec = new SpecBuilder("/rootfs", List.of("true"))
                            .mount(mount)
                            .build();
                    SpecValidator.check(spec);
                    assertTrue(mount.destination().startsWith("/"), "a valid mount has an absolute target");
                    assertTrue(
                            !mount.type().equals("bind") || mount.source().startsWith("/"), "and an absolute source");
                    return spec;
                }));
    }

    @Property(tries = 2000)
    void any_text_is_a_volume_a_mount_or_a_tmpfs_or_refused(@ForAll("words") String text) {
        expectMountOrRefusal(() -> MountParser.volume(Volume.of(text)));
        expectMountOrRefusal(() -> MountParser.mount(text));
        expectMountOrRefusal(() -> LaunchSpec.tmpfs(text));
    }

    @Property(tries = 1000)
    void a_namespace_is_new_the_hosts_or_joined_or_the_word_is_refused(
            @ForAll("words") String text, @ForAll NamespaceType type) {
        LocalHost host = new LocalHost(OwnProcess.current().tools(ContainerStore.of(Linux.host())));
        SpecBuilder builder = new SpecBuilder("/rootfs", List.of("true"));
        understood(() -> {
                    host.namespace(builder, type, "--namespace", text);
                    return text;
                })
                .ifPresent(word -> assertTrue(
                        word.equals("new")
                                || word.equals("private")
                                || word.equals("host")
                                || word.startsWith("path:/")
                                || word.startsWith("container:"),
                        word));
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(30),
                Arbitraries.of(
                                "/a",
                                "b",
                                ":",
                                ":",
                                ",",
                                ",",
                                "=",
                                "type",
                                "bind",
                                "tmpfs",
                                "source",
                                "target",
                                "src",
                                "dst",
                                "ro",
                                "rw",
                                "size=1",
                                "/proc",
                                "/..",
                                "..",
                                "/",
                                "\0",
                                "\n",
                                " ",
                                "path:",
                                "container:",
                                "new",
                                "host",
                                "idmap",
                                "tmpcopyup",
                                "rshared",
                                "é")
                        .list()
                        .ofMaxSize(10)
                        .map(parts -> String.join("", parts)));
    }
}
