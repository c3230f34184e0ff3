package dev.rustyrun.plan;

import dev.rustyrun.spec.NetDevice;
import java.util.List;

/**
 * Everything a launch does, compiled: the steps of each stage, in order.
 *
 * @param child steps of the {@link Stage#CHILD} stage
 * @param init steps of the {@link Stage#INIT} stage; the last is one that executes the command
 * @param terminal whether the command gets a pseudo-terminal
 * @param awaitsStart whether the last but a few steps of {@code init} wait for {@code rustyrun start}
 * @param idMaps what {@link Stage#RUN} writes while {@code child} waits in {@link NamespaceStep.MapIds}
 * @param sentMounts what {@link Stage#RUN} prepares for the steps that receive mounts, in their order
 * @param netDevices what {@link Stage#RUN} moves while {@code init} waits in {@link LifecycleStep.AwaitNetDevices}
 */
public record LaunchPlan(
        List<Step> child,
        List<Step> init,
        boolean terminal,
        boolean awaitsStart,
        IdMaps idMaps,
        List<SentMount> sentMounts,
        List<NetDevice> netDevices) {

    /**
     * The first of the descriptors that {@code child} opens for {@code init} to inherit: a number that neither uses for
     * anything else.
     */
    public static final int FIRST_HANDED_DOWN = 200;

    /** Whether the process that becomes the command is another one than the {@code init} that {@code child} starts. */
    public boolean appears() {
        return init.stream()
                .anyMatch(step -> step instanceof NamespaceStep.Appear || step instanceof CommandStep.ExecAppearing);
    }

    public LaunchPlan {
        child = List.copyOf(child);
        init = List.copyOf(init);
        sentMounts = List.copyOf(sentMounts);
        netDevices = List.copyOf(netDevices);
    }
}
