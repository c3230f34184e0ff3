package dev.rustyrun.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A filter's program as a graph in which equal parts are one node. Programs have no loops, because all jumps lead
 * forward; the kernel's networking/filter.rst, linux/bpf_common.h. For use by one thread.
 */
final class FilterGraph {

    static final int IF_EQUAL = 0x15;
    static final int IF_GREATER = 0x25;
    static final int IF_AT_LEAST = 0x35;
    static final int IF_ANY_BIT = 0x45;

    /** Offsets in {@code struct seccomp_data}. */
    static final int NUMBER = 0;

    static final int ARCHITECTURE = 4;

    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int STORE = 0x02;
    private static final int RECALL = 0x60;
    private static final int JUMP = 0x05;
    private static final int RETURN = 0x06;
    private static final int MAX_DISTANCE = 255;

    /** One operation of a program. Two nodes with the same operation and successors are the same object. */
    sealed interface Node {}

    /** The end of the program: a SECCOMP_RET_ value. */
    record Answer(int value) implements Node {}

    /** Loads a word of the call's data, changes or stores the loaded value, or loads the stored value. */
    static final class Operation implements Node {
        private final int code;
        private final int value;
        private final Node next;

        private Operation(int code, int value, Node next) {
            this.code = code;
            this.value = value;
            this.next = next;
        }

        /** Whether it loads a word of the call's data. */
        boolean loads() {
            return code == LOAD;
        }

        /** Whether it loads the word at this offset. */
        boolean loads(int offset) {
            return code == LOAD && value == offset;
        }

        Node next() {
            return next;
        }
    }

    /** Compares the loaded value. */
    static final class Test implements Node {
        private final int code;
        private final int value;
        private final Node yes;
        private final Node no;

        private Test(int code, int value, Node yes, Node no) {
            this.code = code;
            this.value = value;
            this.yes = yes;
            this.no = no;
        }

        int code() {
            return code;
        }

        int value() {
            return value;
        }

        Node yes() {
            return yes;
        }

        Node no() {
            return no;
        }
    }

    /** The identity of a node. Successors are compared by their numbers, because each node exists only once. */
    private record Key(int code, int value, int yes, int no) {}

    private record Instruction(int code, int yes, int no, int value) {}

    private final Map<Key, Node> made = new HashMap<>();
    private final Map<Node, Integer> numbers = new HashMap<>();
    private Node root;

    private FilterGraph() {}

    /** The graph of {@code program}; it has no root if the program has an unknown instruction. */
    static FilterGraph read(byte[] program) {
        FilterGraph graph = new FilterGraph();
        ByteBuffer b = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        int count = program.length / UnknownCalls.INSTRUCTION_SIZE;
        Node[] nodes = new Node[count];
        for (int i = count - 1; i >= 0; i--) {
            int at = i * UnknownCalls.INSTRUCTION_SIZE;
            int code = Short.toUnsignedInt(b.getShort(at));
            int value = b.getInt(at + 4);
            Node yes = after(nodes, i, Byte.toUnsignedInt(b.get(at + 2)));
            Node no = after(nodes, i, Byte.toUnsignedInt(b.get(at + 3)));
            Node next = after(nodes, i, code == JUMP ? value : 0);
            nodes[i] = switch (code) {
                case RETURN -> graph.answer(value);
                case LOAD, AND, STORE, RECALL -> next == null ? null : graph.operation(code, value, next);
                case JUMP -> next;
                case IF_EQUAL, IF_GREATER, IF_AT_LEAST, IF_ANY_BIT ->
                    yes == null || no == null ? null : graph.test(code, value, yes, no);
                default -> null;
            };
        }
        graph.root = count == 0 ? null : nodes[0];
        return graph;
    }

    private static Node after(Node[] nodes, int at, int skipped) {
        return skipped >= 0 && skipped < nodes.length - at - 1 ? nodes[at + 1 + skipped] : null;
    }

    boolean isUnderstood() {
        return root != null;
    }

    Node root() {
        return root;
    }

    Node answer(int value) {
        return made(new Key(RETURN, value, 0, 0), new Answer(value));
    }

    Node load(int offset, Node next) {
        return operation(LOAD, offset, next);
    }

    private Node operation(int code, int value, Node next) {
        return made(new Key(code, value, number(next), 0), new Operation(code, value, next));
    }

    Node test(int code, int value, Node yes, Node no) {
        return yes == no ? yes : made(new Key(code, value, number(yes), number(no)), new Test(code, value, yes, no));
    }

    private Node made(Key key, Node node) {
        Node known = made.putIfAbsent(key, node);
        if (known != null) {
            return known;
        }
        numbers.put(node, numbers.size());
        return node;
    }

    private int number(Node node) {
        return numbers.get(node);
    }

    Root rootOf(Node first) {
        return new Root(first);
    }

    /** Writes the program that starts with a node. */
    static final class Root {

        private final Node first;
        /** In reverse order, because jump targets must be placed before the jumps to them. */
        private final List<Instruction> reversed = new ArrayList<>();

        private final Map<Node, Integer> places = new HashMap<>();

        private Root(Node first) {
            this.first = first;
        }

        byte[] write() {
            place(first);
            ByteBuffer b = ByteBuffer.allocate(reversed.size() * UnknownCalls.INSTRUCTION_SIZE)
                    .order(ByteOrder.nativeOrder());
            for (int i = reversed.size() - 1; i >= 0; i--) {
                Instruction instruction = reversed.get(i);
                b.putShort((short) instruction.code())
                        .put((byte) instruction.yes())
                        .put((byte) instruction.no())
                        .putInt(instruction.value());
            }
            return b.array();
        }

        /** What follows comes first. Without recursion: some thousand comparisons of one argument follow each other. */
        private void place(Node last) {
            Deque<Node> unplaced = new ArrayDeque<>(List.of(last));
            while (!unplaced.isEmpty()) {
                Node node = unplaced.getLast();
                Optional<Node> before = followers(node).stream()
                        .filter(one -> !places.containsKey(one))
                        .findFirst();
                if (before.isPresent()) {
                    unplaced.add(before.get());
                } else {
                    placeAlone(unplaced.removeLast());
                }
            }
        }

        private static List<Node> followers(Node node) {
            if (node instanceof Test test) {
                return List.of(test.yes(), test.no());
            }
            return node instanceof Operation operation ? List.of(operation.next) : List.of();
        }

        private void placeAlone(Node node) {
            if (node instanceof Answer answer) {
                add(node, new Instruction(RETURN, 0, 0, answer.value()));
            } else if (node instanceof Operation operation) {
                fallThroughTo(operation.next);
                add(node, new Instruction(operation.code, 0, 0, operation.value));
            } else if (node instanceof Test test) {
                // A jump that is added for one branch increases the distance of the other by one.
                reach(test.yes(), MAX_DISTANCE - 1);
                reach(test.no(), MAX_DISTANCE);
                add(node, new Instruction(test.code(), distance(test.yes()), distance(test.no()), test.value()));
            }
        }

        private void add(Node node, Instruction instruction) {
            reversed.add(instruction);
            places.put(node, reversed.size() - 1);
        }

        /** The number of instructions that a jump added now would skip to reach {@code node}. */
        private int distance(Node node) {
            return reversed.size() - places.get(node) - 1;
        }

        private void fallThroughTo(Node node) {
            if (distance(node) > 0) {
                reversed.add(new Instruction(JUMP, 0, 0, distance(node)));
            }
        }

        /** Ensures that {@code node} can be reached within this distance, by a jump or a copy if necessary. */
        private void reach(Node node, int most) {
            if (distance(node) <= most) {
                return;
            }
            if (node instanceof Answer answer) {
                add(node, new Instruction(RETURN, 0, 0, answer.value()));
            } else {
                int far = distance(node);
                add(node, new Instruction(JUMP, 0, 0, far));
            }
        }
    }
}
