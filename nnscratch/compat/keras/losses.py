"""Short names of losses, as in `keras.losses`."""

from nnscratch import losses

MSE = mse = losses.mean_squared_error
MAE = mae = losses.mean_absolute_error
MAPE = mape = losses.mean_absolute_percentage_error
MSLE = msle = losses.mean_squared_logarithmic_error
KLD = kld = kullback_leibler_divergence = losses.kl_divergence
logcosh = losses.log_cosh

__all__ = [
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "kld",
    "kullback_leibler_divergence",
    "logcosh",
    "mae",
    "mape",
    "mse",
    "msle",
]
