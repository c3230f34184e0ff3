package dev.rustyrun.seccomp;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.SeccompValidator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Provides a container's filter to the {@code run} stage: from this process's memory, from the machine's cache, or from
 * the compiler. Thread-safe.
 */
public final class SeccompFilters {

    /** Limits the memory for filters; each has some thousand bytes. */
    private static final int MAX_REMEMBERED = 64;

    private final Map<String, byte[]> remembered = new ConcurrentHashMap<>();

    private final SeccompCache cache;
    private final Machine machine;
    private final Compiler compiler;

    /**
     * Filters for {@code machine}.
     *
     * @param folder absolute path of the cache directory, created when missing; not used when other users can write to
     *     it
     */
    public SeccompFilters(Linux linux, String folder, Machine machine) {
        this(linux, folder, machine, SeccompCompiler::compile);
    }

    SeccompFilters(Linux linux, String folder, Machine machine, Compiler compiler) {
        cache = new SeccompCache(linux, folder);
        this.machine = machine;
        this.compiler = compiler;
    }

    /**
     * The filter for {@code setting}; empty for none.
     *
     * @param bounding the container's bounding set, which the built-in profile follows
     * @throws dev.rustyrun.spec.InvalidSpecException when the profile is invalid, or libseccomp is needed but not
     *     installed
     */
    public Optional<SeccompProgram> program(SeccompSetting setting, Set<Capability> bounding) {
        if (setting instanceof SeccompSetting.Unconfined) {
            return Optional.empty();
        }
        if (setting instanceof SeccompSetting.Profile profile) {
            return Optional.of(of(profile.seccomp()));
        }
        return Optional.of(builtin(bounding));
    }

    private SeccompProgram builtin(Set<Capability> bounding) {
        String key = ProfileKey.ofDefault(machine, bounding);
        return new SeccompProgram(
                program(key, () -> DefaultProfile.of(bounding, machine.arch())), DefaultProfile.FLAGS);
    }

    private SeccompProgram of(Seccomp seccomp) {
        SeccompValidator.check(seccomp);
        String key = ProfileKey.of(machine, seccomp);
        return new SeccompProgram(program(key, () -> seccomp), SeccompProgram.flags(seccomp));
    }

    private byte[] program(String key, Supplier<Seccomp> profile) {
        byte[] program = remembered.get(key);
        if (program == null) {
            program = cache.load(key).orElseGet(() -> compile(key, profile.get()));
            if (remembered.size() >= MAX_REMEMBERED) {
                remembered.clear();
            }
            remembered.put(key, program);
        }
        return program;
    }

    private byte[] compile(String key, Seccomp seccomp) {
        byte[] program = compiler.compile(seccomp, machine);
        cache.store(key, program);
        return program;
    }

    /** Compiles a profile to a program. */
    interface Compiler {
        byte[] compile(Seccomp seccomp, Machine machine);
    }
}
