"""A walker, what the walker wears, and all that the clients told."""

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.samples import MotionSample, StepSample
from custom_components.retrowalk.wearable.foot_pod import FootPod
from custom_components.retrowalk.wearable.polar import PolarStrap
from custom_components.retrowalk.wearable.state import (
    Listeners,
    StepCounter,
    WearableInfo,
    WearableState,
)
from custom_components.retrowalk.wearable.wearable import Wearable
from simulator import foot_pod, polar_strap
from simulator.foot_pod import VirtualFootPod
from simulator.polar_strap import VirtualPolarStrap
from simulator.radio import VirtualRadio
from simulator.walker import Walker
from simulator.wearable_profiles import PODS, STRAPS

SLOW_KMH = 1.3  # 58 steps a minute


class Bench:
    """Makes pods and straps, and the clients that hear them."""

    def __init__(self, radio: VirtualRadio, clock: Clock) -> None:
        """Stand on a belt at rest."""
        self.radio = radio
        self.clock = clock
        self.speed_kmh = 0.0
        self.walker = Walker(clock, lambda: self.speed_kmh)
        self.motion: list[tuple[float, MotionSample]] = []  # with when it came
        self.steps: list[StepSample] = []
        self.states: list[WearableState] = []
        self.wearables: list[Wearable] = []
        self.listeners = Listeners(
            on_motion=lambda sample: self.motion.append((clock.now_s(), sample)),
            on_step=self.steps.append,
            on_state=self.states.append,
        )

    async def pod(self, profile: str = "plain", multiplier: int = 1, steps: int = 0) -> FootPod:
        """Wear a foot pod and open its client."""
        await self.radio.add(VirtualFootPod(self.clock, self.walker, PODS[profile]))
        pod = FootPod(
            clock=self.clock,
            connect=self.radio.client_factory(foot_pod.DEFAULT_ADDRESS),
            listeners=self.listeners,
            multiplier=multiplier,
            steps=steps,
        )
        self.wearables.append(pod)
        await pod.open()
        return pod

    async def strap(
        self, profile: str = "h10", count_steps: StepCounter | None = None
    ) -> tuple[PolarStrap, VirtualPolarStrap]:
        """Wear a strap and open its client."""
        virtual = VirtualPolarStrap(self.clock, self.walker, STRAPS[profile])
        await self.radio.add(virtual)
        strap = PolarStrap(
            clock=self.clock,
            connect=self.radio.client_factory(polar_strap.DEFAULT_ADDRESS),
            listeners=self.listeners,
            count_steps=count_steps,
        )
        self.wearables.append(strap)
        await strap.open()
        return strap, virtual

    async def close(self) -> None:
        """Close every client."""
        for wearable in self.wearables:
            await wearable.close()

    @property
    def times_s(self) -> list[float]:
        """When the samples were taken, on the monotonic time line."""
        return [sample.at_s for _, sample in self.motion]

    @property
    def delays_s(self) -> list[float]:
        """How late each sample came."""
        return [came_s - sample.at_s for came_s, sample in self.motion]


def info(model: str, maker: str = "Retrowalk simulator", firmware: str = "1.0") -> WearableInfo:
    """Return what the virtual devices say they are."""
    return WearableInfo(maker=maker, model=model, firmware=firmware)
