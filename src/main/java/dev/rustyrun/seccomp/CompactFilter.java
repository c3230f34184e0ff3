package dev.rustyrun.seccomp;

import dev.rustyrun.seccomp.FilterGraph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shortens a filter without changing its answers. libseccomp tests for each call separately, but most adjacent calls
 * have the same answer, so a binary search among ranges of numbers has a quarter of the instructions. The kernel checks
 * and translates a filter again for each process that installs it, so the length matters at each launch.
 */
final class CompactFilter {

    /** Represents all architectures that the filter does not name; no value in linux/audit.h is 0. */
    private static final int OTHER = 0;

    private static final long MAX_NUMBER = 0xffffffffL;

    /** The contents of the accumulator. */
    private enum Loaded {
        NUMBER,
        ARCHITECTURE
    }

    /** {@code node} handles all calls from {@code first} to the start of the next range. */
    private record Range(long first, Node node) {}

    private static final class NotUnderstood extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final FilterGraph graph;
    private final Set<Integer> architectures = new LinkedHashSet<>();
    private List<Range> ranges = new ArrayList<>();
    private int architecture;

    private CompactFilter(FilterGraph graph) {
        this.graph = graph;
    }

    /**
     * {@code program}, an array of {@code struct sock_filter}, or a shorter program that gives the same answer to every
     * call.
     */
    static byte[] of(byte[] program) {
        FilterGraph graph = FilterGraph.read(program);
        if (!graph.isUnderstood()) {
            return program;
        }
        try {
            byte[] compact = new CompactFilter(graph).compact().write();
            return compact.length < program.length ? compact : program;
        } catch (NotUnderstood e) {
            return program;
        }
    }

    private FilterGraph.Root compact() throws NotUnderstood {
        Map<Integer, Node> byArchitecture = new LinkedHashMap<>();
        architectures.add(OTHER);
        // Following one architecture finds the names of others.
        for (int known = 0; known < architectures.size(); known++) {
            architecture = List.copyOf(architectures).get(known);
            ranges = new ArrayList<>();
            follow(graph.root(), null, 0, MAX_NUMBER);
            byArchitecture.put(architecture, search(0, ranges.size()));
        }
        Node others = byArchitecture.remove(OTHER);
        List<Integer> named = new ArrayList<>(byArchitecture.keySet());
        java.util.Collections.reverse(named);
        Node root = withNumber(others);
        for (int name : named) {
            root = graph.test(FilterGraph.IF_EQUAL, name, withNumber(byArchitecture.get(name)), root);
        }
        return graph.rootOf(graph.load(FilterGraph.ARCHITECTURE, root));
    }

    private Node withNumber(Node search) {
        return search instanceof FilterGraph.Test ? graph.load(FilterGraph.NUMBER, search) : search;
    }

    /**
     * Finds the results for the calls from {@code first} to {@code last}, in this order, up to the point where an
     * argument matters.
     */
    private void follow(Node from, Loaded had, long first, long last) throws NotUnderstood {
        Node node = from;
        Loaded loaded = had;
        while (true) {
            if (node instanceof FilterGraph.Operation operation && operation.loads(FilterGraph.NUMBER)) {
                loaded = Loaded.NUMBER;
                node = operation.next();
            } else if (node instanceof FilterGraph.Operation operation && operation.loads(FilterGraph.ARCHITECTURE)) {
                loaded = Loaded.ARCHITECTURE;
                node = operation.next();
            } else if (node instanceof FilterGraph.Operation operation && operation.loads()
                    || node instanceof FilterGraph.Answer) {
                add(first, node);
                return;
            } else if (node instanceof FilterGraph.Test test && loaded == Loaded.ARCHITECTURE) {
                node = byArchitecture(test);
            } else if (node instanceof FilterGraph.Test test && loaded == Loaded.NUMBER) {
                long from1 = Integer.toUnsignedLong(test.value()) + (test.code() == FilterGraph.IF_GREATER ? 1 : 0);
                long to1 = test.code() == FilterGraph.IF_EQUAL ? from1 : MAX_NUMBER;
                if (test.code() == FilterGraph.IF_ANY_BIT) {
                    throw new NotUnderstood();
                }
                if (first < from1) {
                    follow(test.no(), loaded, first, Math.min(last, from1 - 1));
                }
                if (Math.max(first, from1) <= Math.min(last, to1)) {
                    follow(test.yes(), loaded, Math.max(first, from1), Math.min(last, to1));
                }
                if (to1 >= last) {
                    return;
                }
                first = Math.max(first, to1 + 1);
                node = test.no();
            } else {
                throw new NotUnderstood();
            }
        }
    }

    private Node byArchitecture(FilterGraph.Test test) throws NotUnderstood {
        if (test.code() != FilterGraph.IF_EQUAL || test.value() == OTHER) {
            throw new NotUnderstood();
        }
        architectures.add(test.value());
        return test.value() == architecture ? test.yes() : test.no();
    }

    private void add(long first, Node node) {
        if (ranges.isEmpty() || !ranges.get(ranges.size() - 1).node().equals(node)) {
            ranges.add(new Range(first, node));
        }
    }

    /** A binary search among these ranges. */
    private Node search(int from, int to) {
        if (to - from == 1) {
            return ranges.get(from).node();
        }
        int middle = (from + to) >>> 1;
        return graph.test(
                FilterGraph.IF_AT_LEAST, (int) ranges.get(middle).first(), search(middle, to), search(from, middle));
    }
}
