"""The direct method for one network: the plain reference that faster methods are to equal."""

from sgntk import _direct as direct
from sgntk._direct import Data, Plan, State
from sgntk._losses import squared_error
from sgntk._models import Network


def plan(arch, width):
    """Plain gradient descent on the squared error."""
    return Plan(Network(arch, width), squared_error)


def train(arch, params, x, y, learning_rate, steps):
    """The network after these steps."""
    chosen = plan(arch, params[0].weight.shape[1])
    return direct.train(chosen, State(params, ()), Data(x, y), learning_rate, 0, steps).params
