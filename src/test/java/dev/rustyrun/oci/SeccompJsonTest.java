package dev.rustyrun.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.Seccomp.Action;
import dev.rustyrun.spec.Seccomp.Arch;
import dev.rustyrun.spec.Seccomp.Arg;
import dev.rustyrun.spec.Seccomp.Flag;
import dev.rustyrun.spec.Seccomp.Operator;
import dev.rustyrun.spec.Seccomp.Rule;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles in the specification's and in docker's format, and messages about wrong ones; ' stands for ". */
class SeccompJsonTest {

    private static final Machine X86_64 = new Machine(Arch.X86_64, "5.15.0-91-generic");

    private static Seccomp parse(String json, Capability... bounding) {
        return parse(json, X86_64, bounding);
    }

    private static Seccomp parse(String json, Machine machine, Capability... bounding) {
        return SeccompJson.parse(
                json.replace('\'', '"'), bounding.length == 0 ? Set.of() : EnumSet.copyOf(List.of(bounding)), machine);
    }

    private static List<String> names(Seccomp seccomp) {
        return seccomp.syscalls().stream()
                .flatMap(rule -> rule.names().stream())
                .toList();
    }

    @Test
    void every_field_of_the_specification_is_read() {
        Seccomp seccomp = parse("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38,
                 'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X32'],
                 'flags': ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_LOG',
                           'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],
                 'listenerPath': '/run/agent.sock', 'listenerMetadata': 'opaque',
                 'syscalls': [
                   {'names': ['read', 'sendmsg'], 'action': 'SCMP_ACT_ALLOW'},
                   {'names': ['mount'], 'action': 'SCMP_ACT_NOTIFY'},
                   {'names': ['kill'], 'action': 'SCMP_ACT_TRACE', 'errnoRet': 7, 'args': [
                     {'index': 1, 'value': 18446744073709551615, 'valueTwo': 9, 'op': 'SCMP_CMP_MASKED_EQ'}]}]}
                """);
        assertEquals(
                new Seccomp(
                        Action.ERRNO,
                        OptionalInt.of(38),
                        List.of(Arch.X86_64, Arch.X32),
                        List.of(Flag.TSYNC, Flag.LOG, Flag.WAIT_KILLABLE_RECV),
                        "/run/agent.sock",
                        "opaque",
                        List.of(
                                new Rule(List.of("read", "sendmsg"), Action.ALLOW, OptionalInt.empty(), List.of()),
                                new Rule(List.of("mount"), Action.NOTIFY, OptionalInt.empty(), List.of()),
                                new Rule(
                                        List.of("kill"),
                                        Action.TRACE,
                                        OptionalInt.of(7),
                                        List.of(new Arg(1, -1L, 9, Operator.MASKED_EQ))))),
                seccomp);
    }

    @Test
    void only_the_default_action_is_needed() {
        assertEquals(
                new Seccomp(Action.ALLOW, OptionalInt.empty(), List.of(), List.of(Flag.SPEC_ALLOW), "", "", List.of()),
                parse("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': null, 'unknown': {'field': []}}"));
        assertEquals(
                List.of(),
                parse("{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': []}").flags());
    }

    @Test
    void every_word_of_the_specification_is_known() {
        for (Action action : Action.values()) {
            if (action != Action.NOTIFY) {
                assertEquals(
                        action,
                        parse("{'defaultAction': '" + action.word() + "'}").defaultAction());
            }
        }
        for (Arch arch : Arch.values()) {
            assertEquals(
                    List.of(arch),
                    parse("{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['" + arch.word() + "']}")
                            .architectures());
        }
    }

    @Test
    void dockers_architecture_map_is_looked_up() {
        String json = """
                {'defaultAction': 'SCMP_ACT_ERRNO', 'archMap': [
                  {'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': ['SCMP_ARCH_X86', 'SCMP_ARCH_X32']},
                  {'architecture': 'SCMP_ARCH_AARCH64', 'subArchitectures': ['SCMP_ARCH_ARM']},
                  {'architecture': 'SCMP_ARCH_RISCV64', 'subArchitectures': null}]}
                """;
        assertEquals(List.of(Arch.X86_64, Arch.X86, Arch.X32), parse(json).architectures());
        assertEquals(
                List.of(Arch.AARCH64, Arch.ARM),
                parse(json, new Machine(Arch.AARCH64, "6.1")).architectures());
        assertEquals(List.of(), parse(json, new Machine(Arch.S390X, "6.1")).architectures());
    }

    @Test
    void dockers_conditions_are_decided() {
        String json = """
                {'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [
                  {'name': 'one', 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': ['CAP_KILL']}},
                  {'names': ['both'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': ['CAP_KILL', 'CAP_BPF']}},
                  {'names': ['neither'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'caps': ['CAP_KILL', 'CAP_BPF']}},
                  {'names': ['unheard'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': ['CAP_OF_THE_FUTURE']}},
                  {'names': ['intel'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': ['amd64', 'x32']}},
                  {'names': ['arm'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': ['arm', 'arm64']}},
                  {'names': ['no_arm'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'arches': ['arm64']}},
                  {'names': ['old'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': '4.8'}},
                  {'names': ['new'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': '5.16'}},
                  {'names': ['not_new'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'minKernel': '5.16'}}]}
                """;
        assertEquals(List.of("neither", "intel", "no_arm", "old", "not_new"), names(parse(json)));
        assertEquals(List.of("one", "intel", "no_arm", "old", "not_new"), names(parse(json, Capability.CAP_KILL)));
        assertEquals(
                List.of("one", "both", "arm", "old", "new"),
                names(parse(json, new Machine(Arch.AARCH64, "6.18.0"), Capability.CAP_KILL, Capability.CAP_BPF)));
    }

    @Test
    void podmans_names_of_errors_are_numbers() {
        Seccomp seccomp = parse("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS', 'syscalls': [
                  {'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'errno': 'EPERM'},
                  {'names': ['b'], 'action': 'SCMP_ACT_ERRNO', 'errno': 'EINVAL', 'errnoRet': 5}]}
                """);
        assertEquals(OptionalInt.of(38), seccomp.defaultErrnoRet());
        assertEquals(OptionalInt.of(1), seccomp.syscalls().get(0).errnoRet());
        assertEquals(OptionalInt.of(5), seccomp.syscalls().get(1).errnoRet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | seccomp is not an object",
                "`` | seccomp is not an object",
                "{} | seccomp.defaultAction is missing",
                "{'defaultAction': 7} | seccomp.defaultAction is not a string",
                "{'defaultAction': 'ALLOW'} | seccomp.defaultAction is not one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS and so on: \"ALLOW\"",
                "{'defaultAction': 'SCMP_ACT_NOTIFY'} | seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultErrnoRet': 1} | seccomp.defaultErrnoRet: SCMP_ACT_ALLOW returns no errno",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096} | seccomp.defaultErrnoRet: 4096 is not from 0 to 4095",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': -1} | seccomp.defaultErrnoRet is not a whole number",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 1.5} | seccomp.defaultErrnoRet is not a whole number",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'EWHAT'} | seccomp.defaultErrno is not the name of an error",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': 'X'} | seccomp.architectures is not an array",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': [1]} | seccomp.architectures[0] is not a string",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['TSYNC']} | seccomp.flags[0] is not one of SECCOMP_FILTER_FLAG_TSYNC",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']} | seccomp.flags: SECC",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerPath': 'agent'} | seccomp.listenerPath: \"agent\" is not an absolute",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerMetadata': 'x'} | seccomp.listenerMetadata is for an agent",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': {}} | seccomp.syscalls is not an array",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [null]} | seccomp.syscalls[0] is not an object",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86'], 'archMap': [{'architecture':"
                        + " 'SCMP_ARCH_X86_64'}]} | seccomp.archMap and architectures are both set",
            })
    void an_error_names_its_path(String json, String message) {
        InvalidSpecException e = assertThrows(InvalidSpecException.class, () -> parse(json));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'names': ['read']} | .action is missing",
                "{'names': [], 'action': 'SCMP_ACT_ERRNO'} | .names is empty",
                "{'names': ['rm -rf'], 'action': 'SCMP_ACT_ERRNO'} | .names[0]: \"rm -rf\" is not the name of a system call",
                "{'names': [''], 'action': 'SCMP_ACT_ERRNO'} | .names[0]: \"\" is not the name of a system call",
                "{'name': 'a', 'names': ['b'], 'action': 'SCMP_ACT_ERRNO'} | .name and names are both set",
                "{'names': ['a'], 'action': 'SCMP_ACT_KILL', 'errnoRet': 1} | .errnoRet: SCMP_ACT_KILL returns no errno",
                "{'names': ['a'], 'action': 'SCMP_ACT_TRACE', 'errnoRet': 65536} | .errnoRet: 65536 is not from 0 to 65535",
                "{'names': ['write'], 'action': 'SCMP_ACT_NOTIFY'} | .names[0]: SCMP_ACT_NOTIFY is not possible for write",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'args': [{}]} | .args[0].index is missing",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0}]} | .args[0].op is missing",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0, 'op': '=='}]} | .args[0].op is not one of",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 6, 'op': 'SCMP_CMP_EQ'}]} | .args[0].index: 6 is",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0, 'value': -1, 'op': 'SCMP_CMP_EQ'}]} |"
                        + " .args[0].value is not a whole number of up to 64 bits",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0, 'value': 18446744073709551616, 'op':"
                        + " 'SCMP_CMP_EQ'}]} | .args[0].value is not a whole number of up to 64 bits",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'includes': {'minKernel': 'new'}} | .includes.minKernel is not a",
                "{'names': ['a'], 'action': 'SCMP_ACT_ERRNO', 'excludes': []} | .excludes is not an object",
            })
    void an_error_in_a_rule_names_its_path(String rule, String message) {
        InvalidSpecException e = assertThrows(
                InvalidSpecException.class,
                () -> parse("{'defaultAction':"
                        + " 'SCMP_ACT_ALLOW', 'listenerPath': '/a', 'syscalls': [{'name': 'x', 'action': 'SCMP_ACT_LOG'}, "
                        + rule + "]}"));
        assertTrue(e.getMessage().startsWith("seccomp.syscalls[1]" + message), e.getMessage());
    }

    @Test
    void a_rule_for_an_agent_needs_its_socket() {
        InvalidSpecException e = assertThrows(
                InvalidSpecException.class,
                () -> parse("{'defaultAction':"
                        + " 'SCMP_ACT_ALLOW', 'syscalls': [{'name': 'mount', 'action': 'SCMP_ACT_NOTIFY'}]}"));
        assertEquals("seccomp.listenerPath is missing: SCMP_ACT_NOTIFY needs the agent's socket", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | line 1, column",
                "{'defaultAction': SCMP} | line 1, column",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultAction': 'SCMP_ACT_KILL'} | line 1, column",
                "{'defaultAction': 'SCMP_ACT_ALLOW'} {} | line 1, column",
            })
    void invalid_json_is_reported_in_one_line_with_its_position(String json, String where) {
        InvalidSpecException e = assertThrows(InvalidSpecException.class, () -> parse(json));
        assertTrue(e.getMessage().startsWith("the seccomp profile is not JSON: " + where), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
}
