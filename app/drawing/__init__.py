"""Pictures of programs: how an output's s-ops depend on one another, and what its selectors select."""

from .pictures import draw_flow, draw_program

__all__ = ["draw_flow", "draw_program"]
