package dev.rustyrun.builder;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order of the objects in the image heap. The builder places the largest objects of a partition first. So those of
 * the list are handed to it as a few large ones, each of which is a group of objects.
 */
final class ObjectOrder {

    private static final String LAYOUTER = "com.oracle.svm.core.image.ImageHeapLayouter";

    /** The largest group in bytes: it must fit into a chunk of the heap, which has 512 KiB, beside other objects. */
    private static final long LARGEST = 64 << 10;
    /** Objects with one name that are larger in all are placed after the others. */
    private static final long FEW = 2 << 10;
    /** Objects with one name that are larger in all are not placed: large arrays, or too many to know which are used. */
    private static final long MANY = 16 << 10;

    private final Object layouter;
    private final StartOrder order;
    /** The names in the list without what follows the size, which are quickly compared. */
    private final Set<String> beginnings = new HashSet<>();

    /** @param layouter the builder's own, or null in a test that only groups */
    ObjectOrder(Object layouter, StartOrder order) {
        this.layouter = layouter;
        this.order = order;
        for (String name : order.objects().keySet()) {
            beginnings.add(name.startsWith("class ") ? "class" : name.substring(0, name.indexOf('#')));
        }
    }

    /**
     * Replaces the builder's layouter by one that first groups the listed objects.
     *
     * @param whenDone runs after the layout
     */
    static void install(StartOrder order, Object heap, Runnable whenDone) throws ReflectiveOperationException {
        Class<?> type = Builder.type(LAYOUTER);
        Object layouter = Builder.get(heap, "heapLayouter");
        ObjectOrder objects = new ObjectOrder(layouter, order);
        Builder.set(
                heap,
                "heapLayouter",
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    boolean layout = method.getName().equals("layout");
                    if (layout) {
                        objects.tryToGroup();
                    }
                    Object answer = Builder.answer(layouter, method, arguments);
                    if (layout) {
                        objects.ungroup();
                        whenDone.run();
                    }
                    return answer;
                }));
    }

    private void tryToGroup() {
        try {
            group();
        } catch (ReflectiveOperationException | RuntimeException e) {
            ExecutableOrder.warn("objects", e);
        }
    }

    private void group() throws ReflectiveOperationException {
        Map<Object, List<Object>> grouped = new LinkedHashMap<>();
        for (Object partition : (Object[]) Builder.get(layouter, "partitions")) {
            if (!(boolean) Builder.get(partition, "hugeObjects")) {
                grouped.put(partition, grouped((List<?>) Builder.get(partition, "objects")));
            }
        }
        for (Map.Entry<Object, List<Object>> one : grouped.entrySet()) {
            Builder.set(one.getKey(), "objects", one.getValue());
        }
    }

    /** Replaces the groups by their objects where the builder has noted what is in a chunk of the heap. */
    private void ungroup() throws ReflectiveOperationException {
        Object allocator = Builder.get(layouter, "allocator");
        for (Object chunk : (List<?>) Builder.get(allocator, "alignedChunks")) {
            @SuppressWarnings("unchecked")
            List<Object> objects = (List<Object>) Builder.get(chunk, "objects");
            List<Object> all = new ArrayList<>();
            for (Object object : objects) {
                if (Proxy.isProxyClass(object.getClass())
                        && Proxy.getInvocationHandler(object) instanceof Group group) {
                    all.addAll(group.objects);
                } else {
                    all.add(object);
                }
            }
            objects.clear();
            objects.addAll(all);
        }
    }

    /** The listed objects of a partition in groups, and then its other objects. */
    List<Object> grouped(List<?> objects) throws ReflectiveOperationException {
        Map<String, List<Object>> listed = new HashMap<>();
        List<Object> others = new ArrayList<>();
        for (Object info : objects) {
            String name = beginnings.contains(beginning(info)) ? ObjectName.of(info) : "";
            if (order.objects().containsKey(name)) {
                listed.computeIfAbsent(name, any -> new ArrayList<>()).add(info);
            } else {
                others.add(info);
            }
        }
        // Of many alike objects only a few are used, so they do not separate the others.
        List<Object> few = new ArrayList<>();
        List<Object> many = new ArrayList<>();
        for (String name : listed.keySet().stream()
                .sorted(Comparator.comparing(order.objects()::get))
                .toList()) {
            long size = sizeOf(listed.get(name));
            (size > MANY ? others : size > FEW ? many : few).addAll(listed.get(name));
        }
        few.addAll(many);
        List<Object> all = new ArrayList<>();
        Group group = new Group();
        for (Object info : few) {
            long size = sizeOf(info);
            if (group.size + size > LARGEST) {
                all.add(group.proxy());
                group = new Group();
            }
            group.add(info, size);
        }
        if (!group.objects.isEmpty()) {
            all.add(group.proxy());
        }
        all.addAll(others);
        return all;
    }

    /** What a name begins with, before what takes long to find out. */
    private static String beginning(Object info) throws ReflectiveOperationException {
        Class<?> type = ObjectName.type(info);
        return type == Class.class ? "class" : type.getName() + ":" + sizeOf(info);
    }

    private static long sizeOf(List<Object> infos) throws ReflectiveOperationException {
        long size = 0;
        for (Object info : infos) {
            size += sizeOf(info);
        }
        return size;
    }

    private static long sizeOf(Object info) throws ReflectiveOperationException {
        return (long) Builder.call(info, "getSize");
    }

    /** Objects that are placed as if they were one ({@code ImageHeapObject}). */
    private static final class Group implements InvocationHandler {

        private final List<Object> objects = new ArrayList<>();
        private long size;

        void add(Object object, long objectSize) {
            objects.add(object);
            size += objectSize;
        }

        Object proxy() {
            Class<?> type = objects.get(0).getClass().getInterfaces()[0];
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            return switch (method.getName()) {
                case "getSize" -> size;
                case "setOffsetInPartition" -> {
                    long offset = (long) arguments[0];
                    for (Object object : objects) {
                        method.invoke(object, offset);
                        offset += sizeOf(object);
                    }
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                case "toString" -> objects.size() + " objects";
                default -> Builder.answer(objects.get(0), method, arguments);
            };
        }
    }
}
