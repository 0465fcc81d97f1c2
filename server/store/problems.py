"""What is wrong with the machine or the network, as opposed to what the domain refuses or what is our bug."""


class EnvironmentProblem(Exception):
    """Something outside Lanyard is not as it must be. The message is a sentence that says so and what to do."""
