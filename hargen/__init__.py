"""hargen: trained human-activity-recognition models become STM32 projects in plain C."""

__version__ = "0.1.0"
