package dev.rustyrun.builder;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The order of the compiled methods: those of the list first. */
final class MethodOrder {

    private static final String LAYOUTER = "com.oracle.svm.hosted.code.CodeSectionLayouter";
    private static final String SINGLETONS = "com.oracle.svm.hosted.ImageSingletonsSupportImpl$HostedManagement";

    private final StartOrder order;
    private List<?> laidOut = List.of();

    private MethodOrder(StartOrder order) {
        this.order = order;
    }

    /** Replaces the builder's order of methods, which this one asks for all other methods. */
    static MethodOrder install(StartOrder order) throws ReflectiveOperationException {
        Class<?> type = Builder.type(LAYOUTER);
        Object singletons = Builder.method(Builder.type(SINGLETONS), "get").invoke(null);
        @SuppressWarnings("unchecked")
        Map<Class<?>, Object> objects = (Map<Class<?>, Object>) Builder.get(singletons, "configObjects");
        Object layouter = objects.get(type);
        if (!type.isInstance(layouter)) {
            throw new NoSuchFieldException("no " + LAYOUTER + " among the builder's singletons");
        }
        MethodOrder methods = new MethodOrder(order);
        objects.put(
                type,
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> methods.answer(layouter, method, arguments)));
        return methods;
    }

    /** The qualified name of a method with its parameters. */
    static String name(Object method) throws ReflectiveOperationException {
        return (String)
                Builder.method(method.getClass(), "format", String.class).invoke(method, "%H.%n(%p)");
    }

    /** All methods, in their order in the executable. */
    List<?> laidOut() {
        return laidOut;
    }

    private Object answer(Object layouter, Method method, Object[] arguments) throws Throwable {
        Object answer = Builder.answer(layouter, method, arguments);
        if (!method.getName().equals("layout")) {
            return answer;
        }
        try {
            laidOut = listedFirst(order, (List<?>) answer);
        } catch (ReflectiveOperationException | RuntimeException e) {
            ExecutableOrder.warn("methods", e);
            laidOut = (List<?>) answer;
        }
        return laidOut;
    }

    /** The methods of the list in its order, and then the others in theirs. */
    static List<Object> listedFirst(StartOrder order, List<?> methods) throws ReflectiveOperationException {
        // Several methods can have one name: variants that the builder makes of a method.
        List<List<Object>> listed = new ArrayList<>();
        for (int i = 0; i < order.methods().size(); i++) {
            listed.add(new ArrayList<>());
        }
        List<Object> others = new ArrayList<>();
        for (Object method : methods) {
            Integer place = order.methods().get(name(method));
            (place == null ? others : listed.get(place)).add(method);
        }
        List<Object> all = new ArrayList<>();
        listed.forEach(all::addAll);
        all.addAll(others);
        return all;
    }
}
