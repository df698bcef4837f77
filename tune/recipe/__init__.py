"""What was asked: the schema of a recipe, its loader with line numbers, and the rules between its parts."""

from tune.recipe.load import Loaded, load
from tune.recipe.schema import Recipe

__all__ = ["Loaded", "Recipe", "load"]
